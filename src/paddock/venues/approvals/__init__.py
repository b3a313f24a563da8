"""What does an account's owner sign in their own wallet, and did they? Drafts, and signatures checked against them."""
