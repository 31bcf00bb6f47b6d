"""The compiled core of whyzero."""
