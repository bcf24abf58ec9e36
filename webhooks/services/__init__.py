"""What can be done with endpoints, messages and mails."""
