"""What is on the Hub, compared with what was uploaded."""
