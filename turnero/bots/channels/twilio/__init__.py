"""Twilio (https://www.twilio.com/docs/messaging): what WhatsApp and SMS have in common."""
