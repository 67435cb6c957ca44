"""Points in latent spaces, and the settings of stages that they stand for."""
