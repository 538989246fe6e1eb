"""The addresses of one booking's agenda."""

from django.urls import path

from agendas import talk_views, views

urlpatterns = [
    path("<str:reference>/", views.studio, name="studio"),
    path("<str:reference>/change/", views.change, name="studio-change"),
    path("<str:reference>/draft/", talk_views.shared_draft, name="shared-draft"),
    path("<str:reference>/talk/", talk_views.talk, name="studio-talk"),
    path("<str:reference>/paper/<int:document_id>/", views.paper, name="studio-paper"),
    path("<str:reference>/paper/<int:document_id>/file/", views.paper_file, name="studio-paper-file"),
    path("<str:reference>/issue/", views.issue_ahead, name="studio-issue-ahead"),
    path("<str:reference>/issue/<int:number>/", views.issue, name="studio-issue"),
    path("<str:reference>/issue/<int:number>/withdraw/", views.issue_withdraw, name="studio-issue-withdraw"),
    path("<str:reference>/issue/<int:number>/act/", views.issue_act, name="studio-issue-act"),
]
