a test
