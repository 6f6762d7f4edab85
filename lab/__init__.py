"""Sites of our own, each with the verdict that it deserves, served on loopback: see README.md in this folder."""
