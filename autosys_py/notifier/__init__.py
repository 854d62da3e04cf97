"""The messenger: takes what people are to be told and gives it to a mail server or to the site's command."""
