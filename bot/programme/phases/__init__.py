"""What is due before, during and after an exchange: the tables of spec 2.7, 7.1 and 7.8, a file a phase."""
