"""WhatsApp, through Twilio (https://www.twilio.com/docs/whatsapp)."""
