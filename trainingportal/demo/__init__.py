"""The demo: invented people, agencies and bookings in every stage of life, and a page to enter as any of them."""
