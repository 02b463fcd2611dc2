"""What run.py is made of; peer.py is what the scripts of the peers have in common."""
