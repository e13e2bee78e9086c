"""Single markers and outcomes: how they are scored, divided, compared, and what one trial can show."""
