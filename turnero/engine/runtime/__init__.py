"""The shell around the rules: pykka actors, their dispatcher and directory, the journal's committer, `BookingService`."""
