"""How does Pacifica speak, and how is it traded there? One folder a question: the words, the line, the stand-in."""
