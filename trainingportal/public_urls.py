"""The addresses of the public pages."""

from django.urls import path

from trainingportal import attending, public_pages, questions
from trainingportal.example import views as example

urlpatterns = [
    path("", public_pages.landing, name="landing"),
    path("example-day/", example.example_day, name="example-day"),
    path("example-day/agenda.pdf", example.example_paper, name="example-paper"),
    path("training/", public_pages.training, name="training"),
    path("topics/", public_pages.topics, name="topics"),
    path("topics/<slug:slug>/", public_pages.topic, name="topic"),
    path("speakers/", public_pages.speakers, name="speakers"),
    path("partners/", public_pages.partners, name="partners"),
    path("what-it-costs/", public_pages.costs, name="costs"),
    path("contact/", public_pages.contact, name="contact"),
    path("privacy/", public_pages.privacy, name="privacy"),
    path("accessibility/", public_pages.accessibility, name="accessibility"),
    path("exit-this-page/", public_pages.exit_help, name="exit-help"),
    path("ask-a-question/", questions.ask_question, name="ask-question"),
    path("ask-a-question/sent/", questions.question_asked, name="question-asked"),
    path("notices/", attending.ask_for_code, name="notices-code"),
    path("notices/sent/", attending.sent, name="notices-sent"),
    path("notices/<str:code>/", attending.notices, name="notices"),
    path("robots.txt", public_pages.robots, name="robots"),
    path("sitemap.xml", public_pages.sitemap, name="sitemap"),
]
