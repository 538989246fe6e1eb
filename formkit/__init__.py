"""Forms as this portal writes them: GOV.UK Frontend's markup through crispy, with our manners. No models, no pages."""
