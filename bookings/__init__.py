"""Who asked, and what was agreed: agencies, enquiries, bookings, offers, engagements, release."""
