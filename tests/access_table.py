"""Who gets which answer at which address: the table that `test_access` holds the desk to."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PEOPLE = ("signed out", "guest", "priya", "vikram", "asha", "retired", "demoted", "meera", "tara")

# Priya's ticket, picture and chat stand in every address. `retired` is an agent who was made inactive
# after signing in, `demoted` one who has become a customer since, `tara` one who sees the tickets of
# her team only, which has none of Priya's. 401: sign in. 404: not for you.
# 409, 400: let in, but the ticket is not in that state. A method without a row does nothing for anybody.
# /metrics asks where one comes from, and not who one is.
TABLE = """
# Open to all                           signed out guest priya vikram asha retired demoted meera tara
GET   /api/<nothing>                        404    404   404   404    404  404     404     404     404
GET   /                                     200    200   200   200    200  200     200     200     200
GET   /api/docs                             200    200   200   200    200  401     200     200     200
GET   /api/schema                           200    200   200   200    200  401     200     200     200
GET   /healthz                              200    200   200   200    200  200     200     200     200
GET   /metrics                              200    200   200   200    200  200     200     200     200
GET   /readyz                               200    200   200   200    200  200     200     200     200
POST  /shop/identity                        200    200   200   200    200  200     200     200     200
POST  /shop/sign-in                         200    200   200   200    200  200     200     200     200
GET   /widget.js                            200    200   200   200    200  200     200     200     200
GET   /widget/frame                         200    200   200   200    200  200     200     200     200
GET   /widget/products/<product_id>/picture 404    404   404   404    404  404     404     404     404
POST  /widget/unread                        200    200   200   200    200  200     200     200     200
POST  /api/auth/contact                     401    204   204   204    204  401     204     204     204
POST  /api/auth/contact/confirm             401    400   400   400    400  401     400     400     400
POST  /api/support/<ticket_id>/transcript   401    404   204   404    404  401     404     404     404
GET   /api/support/admin/<ticket_id>/templates 401    404   404   404    200  401     404     200     404
POST  /api/support/admin/<ticket_id>/template 401    404   404   404    400  401     404     400     404
# The link in an e-mail: who has it may read it, and the hooks: who has the key
GET   /c/<token>/                           200    200   200   200    200  200     200     200     200
POST  /c/<token>/                           400    400   400   400    400  400     400     400     400
GET   /c/<token>/messages                   200    200   200   200    200  200     200     200     200
POST  /c/<token>/seen                       204    204   204   204    204  204     204     204     204
GET   /c/<token>/files/attachments/<attachment_id> 404    404   404   404    404  404     404     404     404
POST  /c/<token>/rating                     400    400   400   400    400  400     400     400     400
GET   /c/<token>/letters                    200    200   200   200    200  200     200     200     200
POST  /c/<token>/letters                    200    200   200   200    200  200     200     200     200
POST  /c/<token>/renew                      302    302   302   302    302  302     302     302     302
GET   /c/<token>/files/<message_id>         200    200   200   200    200  200     200     200     200
GET   /c/<token>/files/<message_id>/small   200    200   200   200    200  200     200     200     200
GET   /hooks/whatsapp/                      404    404   404   404    404  404     404     404     404
POST  /hooks/whatsapp/                      404    404   404   404    404  404     404     404     404
POST  /hooks/email/<key>/                   415    415   415   415    415  415     415     415     415
POST  /hooks/email/<provider>/inbound/      404    404   404   404    404  404     404     404     404
# The shop's own data and its systems: with a service key, or a signature; a receiver without a secret is not there
PUT   /api/shop/customers/<key>             401    403   403   403    403  401     403     403     403
GET   /api/shop/customers/<key>             401    403   403   403    403  401     403     403     403
PUT   /api/shop/products/<key>              401    403   403   403    403  401     403     403     403
GET   /api/shop/products/<key>              401    403   403   403    403  401     403     403     403
DELETE /api/shop/products/<key>             401    403   403   403    403  401     403     403     403
PUT   /api/shop/orders/<key>                401    403   403   403    403  401     403     403     403
GET   /api/shop/orders/<key>                401    403   403   403    403  401     403     403     403
PUT   /api/shop/articles/<key>              401    403   403   403    403  401     403     403     403
GET   /api/shop/articles/<key>              401    403   403   403    403  401     403     403     403
DELETE /api/shop/articles/<key>             401    403   403   403    403  401     403     403     403
POST  /api/shop/batch                       401    403   403   403    403  401     403     403     403
POST  /hooks/shopify/                       404    404   404   404    404  404     404     404     404
POST  /hooks/woocommerce/                   404    404   404   404    404  404     404     404     404
# A person's token is refused at the shop's addresses before the method is looked at
POST   /api/canned/                              401 404 404 404 400 401 404 400     400
PATCH  /api/canned/<reply_id>                    401 404 404 404 200 401 404 200     200
DELETE /api/canned/<reply_id>                    401 404 404 404 204 401 404 204     204
POST   /api/shop/articles/<key>                  401 403 403 403 403 401 403 403     403
PATCH  /api/shop/articles/<key>                  401 403 403 403 403 401 403 403     403
GET    /api/shop/batch                           401 403 403 403 403 401 403 403     403
PUT    /api/shop/batch                           401 403 403 403 403 401 403 403     403
PATCH  /api/shop/batch                           401 403 403 403 403 401 403 403     403
DELETE /api/shop/batch                           401 403 403 403 403 401 403 403     403
POST   /api/shop/customers/<key>                 401 403 403 403 403 401 403 403     403
PATCH  /api/shop/customers/<key>                 401 403 403 403 403 401 403 403     403
DELETE /api/shop/customers/<key>                 401 403 403 403 403 401 403 403     403
POST   /api/shop/orders/<key>                    401 403 403 403 403 401 403 403     403
PATCH  /api/shop/orders/<key>                    401 403 403 403 403 401 403 403     403
DELETE /api/shop/orders/<key>                    401 403 403 403 403 401 403 403     403
POST   /api/shop/products/<key>                  401 403 403 403 403 401 403 403     403
PATCH  /api/shop/products/<key>                  401 403 403 403 403 401 403 403     403
DELETE /api/support/admin/<ticket_id>/merge      401 404 404 404 409 401 404 409     404
POST   /support/canned/                          401 404 404 404 400 401 404 400     400
# The help centre
GET   /help/                                200    200   200   200    200  200     200     200     200
GET   /help/<slug>/                         404    404   404   404    404  404     404     404     404
POST  /help/<slug>/helped                   404    404   404   404    404  404     404     404     404
GET   /sitemap.xml                          200    200   200   200    200  200     200     200     200
# Macros and figures
GET   /api/macros/                          401    404   404   404    200  401     404     200     200
POST  /api/support/admin/<ticket_id>/macro  401    404   404   404    400  401     404     400     404
GET   /support/figures/                     401    404   404   404    200  401     404     200     200
# The team
GET   /api/team/                            401    404   404   404    200  401     404     200     200
GET   /api/rules/                           401    404   404   404    200  401     404     200     200
GET   /api/rules/<rule_id>                  401    404   404   404    200  401     404     200     200
GET   /api/custom-fields/                   401    404   404   404    200  401     404     200     200
GET   /api/support/admin/<ticket_id>/followers 401  404   404   404    200  401     404     200     404
POST  /api/support/admin/<ticket_id>/followers 401  404   404   404    200  401     404     200     404
DELETE /api/support/admin/<ticket_id>/followers 401 404   404   404    200  401     404     200     404
POST  /api/team/availability                401    404   404   404    200  401     404     200     200
POST  /support/availability                 401    404   404   404    204  401     404     204     204
POST  /support/active                       401    404   404   404    200  401     404     200     200
# Accounts
POST  /api/auth/guest                       201    201   201   201    201  401     201     201     201
POST  /api/auth/identify                    200    200   200   200    200  401     200     200     200
POST  /api/auth/logout                      204    204   204   204    204  204     204     204     204
GET   /api/auth/me                          401    200   200   200    200  401     200     200     200
POST  /api/auth/register                    201    201   201   201    201  201     201     201     201
POST  /api/auth/token                       200    200   200   200    200  200     200     200     200
POST  /api/auth/token/refresh               200    200   200   200    200  200     200     200     200
POST  /api/auth/visitor                     201    201   201   201    201  401     201     201     201
# Villy, and on to Customer Care
GET   /api/chat/                            401    200   200   200    200  401     200     200     200
POST  /api/chat/new                         401    201   201   201    201  401     201     201     201
POST  /api/chat/message                     401    200   200   200    200  401     200     200     200
POST  /api/chat/message/<answer_id>/helped  401    404   204   404    404  401     404     404     404
POST  /api/support/create                   401    201   201   201    201  401     201     201     201
# A customer's tickets
GET   /api/support/                         401    200   200   200    200  401     200     200     200
GET   /api/support/<ticket_id>              401    404   200   404    404  401     404     404     404
POST  /api/support/<ticket_id>/callback     401    404   200   404    404  401     404     404     404
POST  /api/support/<ticket_id>/confirm      401    404   409   404    404  401     404     404     404
GET   /api/support/<ticket_id>/events       401    404   200   404    200  401     404     200     404
POST  /api/support/<ticket_id>/message      401    404   201   404    404  401     404     404     404
GET   /api/support/<ticket_id>/messages     401    404   200   404    404  401     404     404     404
POST  /api/support/<ticket_id>/read         401    404   204   404    404  401     404     404     404
POST  /api/support/<ticket_id>/typing       401    404   204   404    404  401     404     404     404
# The desk's side of the API
GET   /api/support/admin/                   401    404   404   404    200  401     404     200     200
GET   /api/support/admin/<ticket_id>        401    404   404   404    200  401     404     200     404
PATCH /api/support/admin/<ticket_id>        401    404   404   404    200  401     404     200     404
POST  /api/support/admin/<ticket_id>/read   401    404   404   404    204  401     404     204     404
POST  /api/support/admin/<ticket_id>/reply  401    404   404   404    201  401     404     201     404
POST  /api/support/admin/<ticket_id>/typing 401    404   404   404    204  401     404     204     404
GET   /api/support/admin/events             401    404   404   404    200  401     404     200     200
GET   /api/canned/                           401    404   404   404    200  401     404     200     200
GET   /api/canned/<reply_id>                 401    404   404   404    200  401     404     200     200
POST  /api/support/admin/bulk                401    404   404   404    400  401     404     400     400
POST  /api/support/admin/create              401    404   404   404    400  401     404     400     400
POST  /api/support/admin/<ticket_id>/merge   401    404   404   404    400  401     404     400     404
POST  /api/support/admin/<ticket_id>/withdraw 401    404   404   404    409  401     404     409     404
# Pictures
GET   /files/<message_id>                   401    404   200   404    200  401     404     200     404
GET   /files/attachments/<attachment_id>    401    404   404   404    404  401     404     404     404
GET   /support/.*/                          404    404   404   404    404  404     404     404     404
GET   /files/<message_id>/small             401    404   200   404    200  401     404     200     404
# The widget's frame
POST  /widget/again                         401    404   400   404    404  401     404     404     404
POST  /widget/callback                      401    404   200   404    404  401     404     404     404
POST  /widget/connect                       401    201   201   201    201  401     201     201     201
POST  /widget/end                           401    200   200   200    200  401     200     200     200
GET   /widget/conversation                  401    200   200   200    200  401     200     200     200
POST  /widget/helped/<answer_id>            401    404   200   404    404  401     404     404     404
GET   /widget/conversations                 401    200   200   200    200  401     200     200     200
GET   /widget/messages                      401    200   200   200    200  401     200     200     200
POST  /widget/messages                      401    200   200   200    200  401     200     200     200
POST  /widget/rating                        401    404   409   404    404  401     404     404     404
POST  /widget/seen                          401    204   204   204    204  401     204     204     204
POST  /widget/solved                        401    404   409   404    404  401     404     404     404
POST  /widget/typing                        401    204   204   204    204  401     204     204     204
POST  /widget/whatsapp                      401    404   404   404    404  401     404     404     404
POST  /widget/transcript                    401    404   200   404    404  401     404     404     404
# The dashboard
GET   /support/                             401    404   404   404    200  401     404     200     200
GET   /support/<ticket_id>/                 401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/assign           401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/callback         401    404   404   404    409  401     404     409     404
GET   /support/<ticket_id>/header           401    404   404   404    200  401     404     200     404
GET   /support/<ticket_id>/history          401    404   404   404    200  401     404     200     404
GET   /support/<ticket_id>/messages         401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/move             401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/reply            401    404   404   404    201  401     404     201     404
GET   /support/<ticket_id>/row              401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/seen             401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/take             401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/triage           401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/typing           401    404   404   404    204  401     404     204     404
GET   /support/<ticket_id>/draft             401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/draft             401    404   404   404    400  401     404     400     404
POST  /support/<ticket_id>/suggestion       401    404   404   404    404  401     404     404     404
POST  /support/<ticket_id>/split             401    404   404   404    400  401     404     400     404
POST  /api/support/admin/<ticket_id>/split   401    404   404   404    400  401     404     400     404
DELETE /api/support/admin/<ticket_id>/split  401    404   404   404    409  401     404     409     404
POST  /support/<ticket_id>/fields            401    404   404   404    200  401     404     200     404
GET   /support/<ticket_id>/macros            401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/macro             401    404   404   404    409  401     404     409     404
GET   /support/<ticket_id>/notification      401    404   404   404    400  401     404     400     404
POST  /support/<ticket_id>/follow            401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/block             401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/change            401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/later             401    404   404   404    400  401     404     400     404
POST  /support/<ticket_id>/merge             401    404   404   404    400  401     404     400     404
POST  /support/<ticket_id>/no-answer         401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/notes             401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/snooze            401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/spam              401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/tags              401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/undo              401    404   404   404    409  401     404     409     404
POST  /support/<ticket_id>/withdraw          401    404   404   404    409  401     404     409     404
POST  /support/bulk                          401    404   404   404    400  401     404     400     400
GET   /support/canned/                       401    404   404   404    200  401     404     200     200
GET   /support/canned/list/                  401    404   404   404    200  401     404     200     200
POST  /support/canned/<reply_id>             401    404   404   404    400  401     404     400     400
GET   /support/canned/<reply_id>/picture     401    404   404   404    404  401     404     404     404
POST  /support/canned/<reply_id>/used        401    404   404   404    204  401     404     204     204
GET   /support/counts                        401    404   404   404    200  401     404     200     200
POST  /support/later/<reply_id>/cancel       401    404   404   404    404  401     404     404     404
POST  /support/new                           401    404   404   404    400  401     404     400     400
POST  /support/views                         401    404   404   404    400  401     404     400     400
POST  /support/views/<view_id>/delete        401    404   404   404    200  401     404     200     200
GET   /support/mail/<message_id>            401    404   404   404    404  401     404     404     404
GET   /support/<ticket_id>/templates        401    404   404   404    200  401     404     200     404
POST  /support/<ticket_id>/template         401    404   404   404    400  401     404     400     404
GET   /support/events                       401    404   404   404    200  401     404     200     200
GET   /support/rows                         401    404   404   404    200  401     404     200     200
GET   /support/login/                       200    200   200   200    302  200     200     302     302
POST  /support/login/                       302    302   302   302    302  302     302     302     302
POST  /support/logout/                      302    302   302   302    302  302     302     302     302
# Signing in, and the agent's own account. 302: to the password or the account page
GET   /files/logo                           404  404  404  404  404  404  404  404     404
GET   /support/account/                     401  404  404  404  200  401  404  200     200
POST  /support/account/                     401  404  404  404  302  401  404  302     302
GET   /support/account/again/               401  404  404  404  200  401  404  200     200
POST  /support/account/again/               401  404  404  404  200  401  404  200     200
GET   /support/worker.js                    200  200  200  200  200  200  200  200  200
GET   /support/manifest.webmanifest         200  200  200  200  200  200  200  200  200
POST  /support/account/alerts/              401  404  404  404  400  401  404  400  400
POST  /support/account/push/                401  404  404  404  400  401  404  400  400
POST  /support/account/push/remove/         401  404  404  404  204  401  404  204  204
POST  /support/account/push/test/           401  404  404  404  302  401  404  302  302
POST  /support/account/sound/               401  404  404  404  204  401  404  204  204
POST  /support/account/password/            401  404  404  404  400  401  404  400     400
POST  /support/account/sessions/end/        401  404  404  404  302  401  404  302     302
GET   /support/account/second-factor/       401  404  404  404  302  401  404  302     302
GET   /support/account/second-factor/again/ 401  404  404  404  302  401  404  302     302
POST  /support/account/second-factor/again/ 401  404  404  404  302  401  404  302     302
GET   /support/account/second-factor/app/add/ 401  404  404  404  302  401  404  302     302
POST  /support/account/second-factor/app/add/ 401  404  404  404  302  401  404  302     302
GET   /support/account/second-factor/app/remove/ 401  404  404  404  404  401  404  404     404
GET   /support/account/second-factor/codes/ 401  404  404  404  404  401  404  404     404
GET   /support/account/second-factor/codes/new/ 401  404  404  404  302  401  404  302     302
POST  /support/account/second-factor/codes/new/ 401  404  404  404  302  401  404  302     302
GET   /support/account/second-factor/passkeys/ 401  404  404  404  302  401  404  302     302
GET   /support/account/second-factor/passkeys/<pk>/remove/ 401  404  404  404  302  401  404  302     302
POST  /support/account/second-factor/passkeys/<pk>/remove/ 401  404  404  404  302  401  404  302     302
GET   /support/account/second-factor/passkeys/add/ 401  404  404  404  302  401  404  302     302
POST  /support/account/second-factor/passkeys/add/ 401  404  404  404  302  401  404  302     302
GET   /support/account/second-factor/passkeys/again/ 401  404  404  404  302  401  404  302     302
POST  /support/account/second-factor/passkeys/again/ 401  404  404  404  302  401  404  302     302
GET   /support/login/cancelled/             302  302  302  302  302  302  302  302     302
GET   /support/login/closed/                302  302  302  302  302  302  302  302     302
GET   /support/login/code/                  302  302  302  302  302  302  302  302     302
POST  /support/login/code/                  302  302  302  302  302  302  302  302     302
GET   /support/login/connections/           302  302  302  302  302  302  302  302     302
GET   /support/login/error/                 401  401  401  401  401  401  401  401     401
GET   /support/login/inactive/              302  302  302  302  302  302  302  302     302
GET   /support/login/oidc/<provider_id>/login/ 404  404  404  404  404  404  404  404     404
GET   /support/login/oidc/<provider_id>/login/callback/ 404  404  404  404  404  404  404  404     404
GET   /support/login/unknown/               302  302  302  302  302  302  302  302     302
GET   /support/password/reset/              200  200  200  200  200  200  200  200     200
POST  /support/password/reset/              200  200  200  200  200  200  200  200     200
GET   /support/password/reset/<uidb64>/<token>/ 200  200  200  200  200  200  200  200     200
POST  /support/password/reset/<uidb64>/<token>/ 200  200  200  200  200  200  200  200     200
GET   /support/password/reset/done/         200  200  200  200  200  200  200  200     200
"""
