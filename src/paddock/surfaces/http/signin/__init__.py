"""Whose wallet or account is it? Each way to sign in proves a subject; all of them end in the same session."""
