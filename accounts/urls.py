"""The addresses of signing in: only those we use of the library's, under names it knows."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/", views.sign_in, name="account_request_login_code"),  # the library's second name for it
    path("sign-in/code/", views.enter_code, name="account_confirm_login_code"),
    path("sign-in/second-factor/", views.enter_second_factor, name="mfa_authenticate"),
    path("sign-in/trust/", views.trust_device, name="mfa_trust"),
    path("sign-in/passkey/", views.sign_in_with_passkey, name="mfa_login_webauthn"),
    path("sign-in/again/", views.show_again, name="mfa_reauthenticate"),
    path("sign-in/again/passkey/", views.show_passkey_again, name="mfa_reauthenticate_webauthn"),
    path("sign-in/not-possible/", views.cannot_sign_in, name="account_inactive"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("second-factor/", views.second_factor, name="second-factor"),
    path("sign-in-settings/", views.settings_page, name="mfa_index"),
    path("sign-in-settings/app/", views.set_up_app, name="mfa_activate_totp"),
    path("sign-in-settings/app/remove/", views.remove_app, name="mfa_deactivate_totp"),
    path("sign-in-settings/codes/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("sign-in-settings/codes/new/", views.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("sign-in-settings/codes/file/", views.recovery_codes_file, name="mfa_download_recovery_codes"),
    path("sign-in-settings/passkeys/", views.passkeys, name="mfa_list_webauthn"),
    path("sign-in-settings/passkeys/add/", views.add_passkey, name="mfa_add_webauthn"),
    path("sign-in-settings/passkeys/<int:pk>/rename/", views.rename_passkey, name="mfa_edit_webauthn"),
    path("sign-in-settings/passkeys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("sign-in-settings/devices/<int:pk>/forget/", views.forget_device, name="forget-device"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("first-run/", views.first_run, name="first-run"),
    path("first-run/<str:token>/", views.first_run_with_link, name="first-run-with-link"),
]
