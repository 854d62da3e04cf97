"""The hands: starts, watches and kills the processes of jobs, behind one protocol."""
