# manage
