"""How fast is it, and how fast are others at the same work, in the same minute on the same machine?"""
