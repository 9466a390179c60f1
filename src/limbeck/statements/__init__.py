"""What a statement does, read from its text: tokens, actions, and the facts about them."""
