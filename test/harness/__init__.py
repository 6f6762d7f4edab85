"""What end-to-end tests and the demo share: real programs on free ports, in folders of their own."""
