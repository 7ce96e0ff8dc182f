"""The shell around the rules: pykka actors, dispatcher, directory, the journal's committer, and `BookingService`."""
