"""Arguments and data, validated before any byte goes out."""
