"""The sound as a CLAP plugin: CLAP's tables and functions around the plugin's native heart."""
