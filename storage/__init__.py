"""What is kept. Hides SQLAlchemy completely."""
