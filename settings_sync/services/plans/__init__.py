"""Plans: made, compared, judged by rules, tried, confirmed."""
