"""What every route shares: paths, ranges, middleware, sending files, and the server itself."""
