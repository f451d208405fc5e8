"""The bugs, the claims of the first account, and the figure that decides each verdict."""
