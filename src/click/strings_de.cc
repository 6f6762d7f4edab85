#include "click/strings.h"

namespace linkgate::click {
namespace {

constexpr EvidenceText kEvidence[] = {
    {"nothing.known",
     "Über diese Adresse ist nichts bekannt: Sie steht auf keiner Liste sicherer oder schädlicher Seiten."},
    {"feed.listed", "Die Seite steht auf einer Liste gefährlicher Seiten, der Ihre Organisation folgt."},
    {"scan.pending", "Die Prüfung ist noch nicht fertig."},
    {"check.failed",
     "Die Prüfung war gerade nicht möglich. Es ist nichts gegen die Seite bekannt und nichts für sie."},
    {"url.invalid", "Die Adresse ist keine, die ein Browser versteht."},
    {"host.looks_like",
     "Die Adresse ist so geschrieben, dass man sie für einen anderen Namen halten kann: Manche ihrer Zeichen "
     "sehen nur "
     "so aus."},
    {"host.mixed_scripts",
     "Die Adresse mischt in einem Wort Buchstaben verschiedener Schriften, was ehrliche Adressen selten "
     "tun."},
    {"list.block", "Ihre Organisation hat diese Adresse auf die Liste gesperrter Seiten gesetzt."},
};

}  // namespace

extern const Strings kGerman;
const Strings kGerman = {
    .language = "de",
    .scanning = {"Der Link wird geprüft",
                 "Das dauert wenige Sekunden. Die Seite geht von selbst weiter, sobald das Ergebnis da ist."},
    .suspicious = {"Vorsicht bei diesem Link", "An der Seite dahinter stimmt etwas nicht.",
                   "Gesperrt: Dieser Link ist verdächtig"},
    .gated = {"Diese Seite verbirgt, was sie zeigt",
              "Sie lässt keine Prüfung an ihre Inhalte, ein häufiger Trick betrügerischer Seiten.",
              "Gesperrt: Diese Seite verbirgt, was sie zeigt"},
    .unknown = {"Diese Seite kennt noch niemand",
                "Sie steht auf keiner Liste, weder im Guten noch im Schlechten.",
                "Gesperrt: Diese Seite kennt noch niemand"},
    .phishing =
        {"Dieser Link führt auf eine gefälschte Seite",
         "Solche Seiten stehlen Passwörter und Zahlungsdaten. Wir haben angehalten, bevor sie sich öffnet.",
         "Gesperrt: Dieser Link führt auf eine gefälschte Seite"},
    .malicious = {"Dieser Link führt auf eine schädliche Seite",
                  "Die Seite verbreitet Programme, die Rechner übernehmen oder Dateien sperren. Wir haben "
                  "angehalten, bevor "
                  "sie sich öffnet.",
                  "Gesperrt: Dieser Link führt auf eine schädliche Seite"},
    .blocked = {"Ihre Organisation warnt vor dieser Seite",
                "Sie steht auf der Liste der Seiten, die aus E-Mails nicht geöffnet werden sollen.",
                "Ihre Organisation sperrt diese Seite"},
    .error = {"Dieser Link konnte nicht geprüft werden",
              "Im Augenblick lässt sich nicht sagen, ob die Seite sicher ist. Meist hilft es, es in ein paar "
              "Minuten noch "
              "einmal zu versuchen."},
    .error_closed = {"Dieser Link konnte nicht geprüft werden",
                     "Im Augenblick lässt sich nicht sagen, ob die Seite sicher ist; deshalb bleibt sie "
                     "geschlossen. Bitte "
                     "versuchen Sie es in ein paar Minuten noch einmal."},
    .altered = {"Dieser Link wurde unterwegs verändert",
                "Er ist nicht der, der Ihnen geschickt wurde; deshalb folgen wir ihm nicht. Öffnen Sie die "
                "ursprüngliche "
                "Nachricht und nehmen Sie den Link dort."},
    .damaged = {"Dieser Link ist beschädigt",
                "Ein Teil ging verloren oder wurde verändert, wie es beim Abschreiben oder beim Umbruch in "
                "zwei Zeilen "
                "geschieht. Öffnen Sie die ursprüngliche Nachricht und nehmen Sie den Link dort."},
    .revoked = {"Dieser Link gilt nicht mehr",
                "Der Schutz, mit dem er gemacht wurde, ist zurückgezogen worden. Wenn Sie die Seite noch "
                "brauchen, fragen Sie "
                "den Absender nach der Adresse."},
    .not_issued =
        {"Dieser Link stammt nicht von hier",
         "Er sieht aus wie ein geschützter Link dieser Organisation, ist aber keiner; deshalb folgen wir ihm "
         "nicht. Vielleicht hat ihn jemand erfunden."},
    .unopenable = {"Dieser Link lässt sich nicht öffnen",
                   "Die Adresse in der Nachricht ist keine, die ein Browser versteht."},
    .form = {"Diese Nachricht wollte Ihre Eingaben",
             "Das Formular in der Nachricht wollte an die Seite unten schicken, was Sie eingetippt haben. "
             "Formulare in E-Mails "
             "sind ein häufiger Trick; deshalb wurde nichts gesendet."},
    .closed = {"Sie sind der Seite ferngeblieben",
               "Es wurde nichts geöffnet. Sie können diese Seite jetzt schließen."},
    .reported = {"Danke für den Hinweis",
                 "Ihr Hinweis, dass die Seite sicher ist, ist für die Verantwortlichen der E-Mail-Sicherheit "
                 "festgehalten. Die "
                 "Seite wird dadurch nicht von selbst geöffnet."},
    .submit = {"Diese Nachricht melden?",
               "Die Nachricht, in der dieser Link stand, sehen sich dann die Verantwortlichen der "
               "E-Mail-Sicherheit an. Der Link wird nicht geöffnet."},
    .submitted = {"Danke, die Nachricht ist gemeldet",
                  "Die Verantwortlichen der E-Mail-Sicherheit sehen sie sich an. Es wurde nichts geöffnet, "
                  "und Sie können diese Seite schließen."},
    .too_many = {"Zu viele Links auf einmal",
                 "Von Ihrem Anschluss wurden mehr Links geöffnet, als ein Mensch anklicken kann. Bitte "
                 "warten Sie eine Minute "
                 "und versuchen Sie es noch einmal."},
    .used = {"Diese Schaltfläche wurde schon benutzt", "Bitte entscheiden Sie noch einmal."},
    .about =
        {"Dieser Server prüft Links in E-Mails",
         "Links in E-Mails führen zuerst hierher, damit sie in dem Augenblick geprüft werden, in dem sie "
         "geöffnet werden. Sonst gibt es hier nichts zu sehen."},

    .look_at_address = "Sehen Sie sich die Adresse an: Wollen Sie wirklich dorthin?",
    .stays_closed = "Ihre Organisation hält solche Seiten geschlossen.",

    .where_it_leads = "Der Link führt zu",
    .where_altered_leads = "So verändert nennt der Link",
    .calm = "Es wurde nichts geöffnet, und Sie haben nichts falsch gemacht.",
    .why = "Warum Sie diese Seite sehen",
    .go_back = "Zurück, nicht öffnen",
    .try_again = "Noch einmal versuchen",
    .details = "Einzelheiten",
    .details_and_report = "Einzelheiten, oder melden",
    .details_and_choices = "Einzelheiten und andere Möglichkeiten",
    .full_address = "Vollständige Adresse",
    .received = "Empfangen am",
    .finding = "Was die Prüfung ergab (auf Englisch)",
    .reference = "Vorgang",
    .report_text =
        "Sie kennen diese Seite und sind sicher, dass sie ungefährlich ist? Sagen Sie es den "
        "Verantwortlichen der "
        "E-Mail-Sicherheit.",
    .report_button = "Als sicher melden",
    .submit_text =
        "Die Nachricht sieht nach einem Trick aus? Sagen Sie es den Verantwortlichen der E-Mail-Sicherheit.",
    .submit_button = "Diese Nachricht melden",
    .continue_text =
        "Sie können die Seite trotzdem öffnen. Was dort geschieht, liegt dann bei Ihnen, und der Besuch wird "
        "festgehalten.",
    .continue_button = "Trotzdem öffnen (nicht empfohlen)",
    .continue_in_scan_text =
        "Sie können die Seite öffnen, ohne das Ergebnis abzuwarten. Der Besuch wird festgehalten.",
    .continue_error_text =
        "Sie können die Seite ungeprüft öffnen. Tun Sie das nur, wenn Sie diese Nachricht erwartet haben. "
        "Der Besuch wird festgehalten.",
    .form_button = "Diese Seite öffnen",
    .form_discarded = "Was Sie in das Formular eingetippt haben, wurde weder gesendet noch aufbewahrt.",
    .not_familiar = "Sie sieht vielleicht aus wie eine Seite, die Sie kennen. Ihre Adresse ist eine andere.",
    .contact = "Fragen? Wenden Sie sich an",
    .message_of_organisation = "Von Ihrer Organisation",
    .checking_again = "Prüfung läuft",
    .stage_looking_up = "Der Link wird nachgeschlagen",
    .stage_waiting = "Der Link wartet, bis er an der Reihe ist",
    .stage_fetching = "Die Seite wird geladen",
    .stage_opening = "Die Seite wird in einem eigenen Browser geöffnet",
    .stage_comparing = "Es wird verglichen, was andere zu sehen bekommen",
    .picture = "Das ist dort zu sehen",
    .footer = "Link-Schutz",
    .evidence = kEvidence,
};

}  // namespace linkgate::click
