"""E-mail: news and reminders as letters, and invitations that calendars keep up to date. Nobody answers by mail."""
