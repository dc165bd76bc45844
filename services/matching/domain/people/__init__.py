"""People as the HR streams tell of them: observations, the fold that makes a profile, who is above whom."""
