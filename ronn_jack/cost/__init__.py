"""What a network takes of the machine, predicted and measured."""
