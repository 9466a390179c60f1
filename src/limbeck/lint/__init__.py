"""Judgement on what revisions would run: findings, and the rules that make them."""
