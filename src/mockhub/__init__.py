"""A local Hugging Face Hub, for tests and rehearsals."""
