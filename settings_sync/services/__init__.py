"""What every door calls: verbs with keyword arguments, `acting_user` first."""
