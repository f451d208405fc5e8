"""The routes of the Hub's API, after its chapters."""
