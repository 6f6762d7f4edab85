#include "verdict/page_lures.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::verdict {
namespace {

// Beginnings of words, separated by '|', that say something when they stand near one another, in any order:
// languages bend and order their words, so whole sentences would find only those that were written before.
struct Lure {
  std::string_view code, what;
  double weight;
  std::string_view first, second;
  std::string_view third = {};  // may be empty
};

constexpr std::string_view kAccount =
    "account|konto|compte|cuenta|conta |sua conta|il tuo conto|rekening|profil|membership|mitglied|abonn|"
    "abbonament|subscription|suscripci|assinatura|lidmaatschap|zugang|accès|acceso|acesso|accesso|toegang|"
    "your domain|domain |domaine|dominio|website|webseite|site web|sitio web|hosting|your card|ihre "
    "karte|votre carte|su tarjeta|la tua carta|seu cartão|your page|services|"
    "konta|аккаунт|учетн|アカウント|会員|账户|帐户|帳戶|계정|hesab";
constexpr std::string_view kTrouble =
    "suspend|suspens|sospes|sospens|suspenso|gesperr|sperrung|bloque|blocc|blokk|bloquead|zablok|locked|"
    "restrict|restring|is limited|been limited|temporarily limited|eingeschränk|limité|limitad|limitat|"
    "expire|expirat|scadut|scade|caduc|abgelaufen|läuft ab|verlopen|wygas|on hold|angehalten|deactivat|"
    "deaktiv|desactiv|désactiv|desativ|disattiv|terminat|be closed|geschlossen|sera fermé|cerrad|encerrad|"
    "be deleted|is deleted|gelöscht|supprimé|eliminad|eliminat|unpublish|disabled|unusual|suspicious|"
    "verdächtig|ungewöhnlich|inhabituel|inusual|insolit|sospett|sospechos|suspect|compromised|stop working|"
    "停止|制限|заблок|приостанов|冻结|凍結|정지|askıya";
constexpr std::string_view kMailbox =
    "mailbox|postfach|inbox|messages|nachrichten|mensajes|messaggi|courriels|undelivered "
    "m|boîte|messagerie|buzón|casella|caixa de|skrzynk|webmail|e-mail account|mail "
    "account|email account|correo electr|cuenta de correo|posta elettronica|pending m|held m|incoming m|"
    "your mail|ihre mails|storage|speicherplatz|almacenamiento|armazenamento|stockage|archiviazione|opslag|"
    "quota|メールボックス|邮箱|почтов";
constexpr std::string_view kMailboxTrouble =
    "is full|almost full|nearly full|voll|plein|lleno|llena|piena|pieno|cheia|cheio|pełn|exceed|"
    "überschritten|dépass|superad|superat|upgrad|migrat|was moved|umgestellt|validat|revalid|undeliver|"
    "on hold|were held|quarantin|release|pending|zurückgehalten|retenus|en espera|in "
    "attesa|deactivat|desactiv|désactiv|deaktiv|disattiv|desativ|suspend|"
    "expire|abgelaufen|läuft ab|caduc|scad|keep yours|be closed|confirm your|must confirm|満杯|已满|"
    "переполн";
constexpr std::string_view kPassword =
    "password|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|passwords|пароль|密码|"
    "パスワード";
constexpr std::string_view kDocument =
    "document|dokument|file|datei|fichier|archivo|ficheiro|facture|rechnung|invoice|factura|fattura|fatura|"
    "pdf|statement|payslip|voicemail|voice message|sprachnachricht|message vocal|mensaje de voz|fax|"
    "encrypted message|secure message|remittance|contract|文档|文件|書類|документ";
constexpr std::string_view kOpen =
    "to view|to open|to review|to read|to access|to see|to download|to listen|to play|to continue to|view "
    "the|viewing|"
    "unlock|anzusehen|anzuzeigen|anzeigen|zu lesen|zu öffnen|öffnen|lesen|herunterladen|anzuhören|pour lire|"
    "le lire|consulter|afficher|ouvrir|télécharger|para ver|para leer|para abrir|visualizar|descargar|"
    "visualizzar|leggere|scaricare|aprire|bekijken|openen|wyświetl|otworzyć|protected|geschützt|protégé|"
    "protegido|protetto|查看|閲覧|просмотр";
constexpr std::string_view kSignIn =
    "sign in|sign-in|signed-in|log in|login|enter your|enter the|verify your|confirm your|validate|anmeld|"
    "melden sie sich|einlogg|connectez|identifiez|inicie sesi|iniciar sesi|inicia sesi|ingrese|accedi|"
    "entre com|faça login|iniciar sessão|entre para|inloggen|meld u aan|zaloguj|登录|ログイン|войдите";
constexpr std::string_view kParcel =
    "parcel|package|paket|sendung|colis|paquete|pacco|encomenda|delivery|zustell|livraison|entrega|consegna|"
    "lieferung|shipment|redeliver|customs|zollgebühr|douane|aduana|dogana|toll |宅配|お荷物|包裹|посылк";
constexpr std::string_view kParcelTrouble =
    "could not|couldn't|cannot be|unable to|nicht zugestellt|nicht geliefert|n'a pas pu|no pudo|no se pudo|"
    "impossib|non è stat|não foi|missed you|redeliver|reschedul|neue zustellung|en attente|on hold|is held|"
    "pending|unpaid|outstanding|impay|pendiente|pendente|in attesa|in sospeso|wartet|"
    "incomplete|incorrect|unvollständig|不在|未払";
constexpr std::string_view kMoney =
    "tax|refund|rückerstattung|erstattung|steuer|rembours|impôt|reembolso|devolución|rimborso|"
    "terugbetaling|zwrot|owed|prize|winner|you've won|you have won|gewonnen|gagné|ganado|hai vinto|reward|"
    "airdrop|gift card|compensation|還付|退款";
constexpr std::string_view kTake =
    "claim|receive|refund of|to receive|erhalten|beanspruch|recevoir|réclam|recibir|reclam|riceve|ricever|"
    "receber|ontvang|otrzym|are owed|eligible|anspruch|受け取|領取";
constexpr std::string_view kNotYou =
    "wasn't you|was not you|isn't you|didn't make|did not make|did not authori|don't recogni|not "
    "authori|waren "
    "sie nicht|waren nicht sie|nicht von ihnen|n'est pas vous|pas vous|pas effectué|no fue usted|no has "
    "sido|no "
    "reconoce|non sei stato|não foi você|niet u|心当たり|не вы";
constexpr std::string_view kCancel =
    "cancel|stop the|stop it|stornier|abbrech|abzubrech|annul|dispute|secure your|block the|anfecht|"
    "キャンセル|отмен";
constexpr std::string_view kPayment =
    "payment|billing|invoice|bill "
    "|amount|rechnung|betrag|montant|importe|importo|zahlung|paiement|pago|pagament|betaal|płatno|支払|付款|"
    "оплат";
constexpr std::string_view kPaymentTrouble =
    "declin|fail|problem|could not|konnte nicht|n'a pas pu|no se pudo|no ha podido|não foi "
    "poss|sperrung|update your|update the|abgelehnt|fehlgeschlagen|aktualisieren|échou|"
    "refus|mettre à jour|rechaz|actualiz|actualic|rifiut|aggiorn|recus|atualiz|mislukt|bijwerken|問題|"
    "更新|失败|ошибк";
constexpr std::string_view kWork =
    "work or school account|work account|business email|company mail|company email|corporate email|office "
    "email|professional email|email provider|mail account|organisational account|organizational account|"
    "geschäftliche|firmen-e-mail|messagerie professionnelle|adresse professionnelle|correo corporativo|"
    "correo empresarial|email aziendale|e-mail corporativo|zakelijke e-mail";
constexpr std::string_view kVote = "vote|voting|votar|abstimm|voter |votez|votazione|głosuj|投票|голосова";
constexpr std::string_view kWithin =
    "within|in the next|innerhalb|binnen|dans les|sous |en las pr|antes de|entro|nas próximas|before|in ";
constexpr std::string_view kHours =
    "12 hours|24 hours|48 hours|72 hours|24h|48h|12 stunden|24 stunden|48 stunden|24 heures|48 heures|12 "
    "horas|24 horas|48 horas|24 ore|48 ore|24 uur|48 uur|24 godzin|24時間|24小时|24 час|minutes|minuten|"
    "minutos|minuti";

// Of one code the first that is found counts.
constexpr Lure kLures[] = {
    {"text.mailbox", "speaks of a full, moved or expiring mailbox, as no mail server does on a web page",
     0.45, kMailbox, kMailboxTrouble},
    {"text.mailbox", "speaks of a password that expires and may be kept, as no service does on a web page",
     0.45, kPassword,
     "will expire|expires|keep same|keep the same|keep my|keep current|läuft ab|behalten|va "
     "expirer|conserver|mantener|caduca|scade|mantieni|verloopt|wygasa"},
    {"text.threat", "says that something was blocked or will be lost unless one signs in", 0.35, kAccount,
     kTrouble},
    {"text.document", "offers a document for which one has to sign in", 0.35, kDocument, kSignIn, kOpen},
    {"text.document", "asks for the account of one's employer or mail provider, which is not its own", 0.35,
     kWork, kSignIn},
    {"text.confirm", "asks to stop what one did not do, for which one has to sign in or pay", 0.45, kNotYou,
     kCancel},
    {"text.confirm", "says that a payment failed or has to be updated", 0.3, kPayment, kPaymentTrouble},
    {"text.confirm", "lets one vote after signing in elsewhere", 0.4, kVote, kSignIn},
    {"text.prize", "promises money back or a prize", 0.35, kMoney, kTake},
    {"text.parcel", "speaks of a parcel that waits", 0.35, kParcel, kParcelTrouble},
    {"text.urgent", "sets a deadline of hours", 0.15, kWithin, kHours},
};

// Whole phrases, for what no stems say.
struct Phrase {
  std::string_view code, what;
  double weight;
  std::string_view words;
};
constexpr Phrase kPhrases[] = {
    {"text.confirm", "asks to confirm what the real service knows already", 0.3,
     "verify your account|confirm your account|verify your identity|confirm your identity|update your "
     "information|confirm your information|confirm your details|verify your information|verify it's you|"
     "it's really you|that it's you|validate your account|re-authenticate|reauthenticate|reactivate|session "
     "expired|session has expired|session timed out|konto bestätigen|konto verifizieren|daten bestätigen|"
     "daten aktualisieren|identität bestätigen|sitzung abgelaufen|sitzung ist abgelaufen|erneut anmelden|"
     "confirmer votre|vérifier votre|mettre à jour vos|session a expiré|verifique su|confirme su|actualice "
     "su|verifica il tuo|conferma i tuoi|aggiorna i tuoi|aggiorna i dati|sesión ha caducado|bevestig uw|"
     "verifieer|potwierdź|confirme seus|confirme sua|本人確認|confirm your vote|synchroni"},
    {"text.document", "offers a document for which one has to sign in", 0.35,
     "sign in to view|login to view|log in to view|select your email provider|choose your email provider|"
     "shared a file with you|shared with you"},
};

constexpr size_t kNear = 90;        // bytes between the stems of a lure
constexpr size_t kMostPlaces = 40;  // of a stem that are looked around
constexpr size_t kShownBefore = 20, kMostShown = 90;

// Sentences that honest sign-in pages have: what happens after so many attempts, and what one may do about a
// password that was forgotten.
constexpr std::string_view kHonest[] = {"attempts",  "fehlversuch", "tentatives", "tentativi",
                                        "intentos",  "pogingen",    "tentativas", "forgot",
                                        "vergessen", "oublié",      "olvid",      "dimentic"};

size_t find_any(std::string_view text, std::string_view stems) {
  size_t first = std::string_view::npos;
  for (const std::string_view stem : ascii::split(stems, '|')) {
    const size_t at = text.find(stem);
    first = std::min(first, at);
  }
  return first;
}

// A stem begins a word; scripts that have no blanks between words are not held to it.
bool begins_word(std::string_view text, size_t at) { return at == 0 || !ascii::is_alnum(text[at - 1]); }

std::string_view around(std::string_view text, size_t at, size_t length) {
  const size_t begin = at > kNear ? at - kNear : 0;
  return text.substr(begin, at - begin + length + kNear);
}

// At the beginnings of characters, so that what is shown is UTF-8.
std::string shown(std::string_view text, size_t at) {
  size_t begin = at > kShownBefore ? text.find(' ', at - kShownBefore) + 1 : 0;
  begin = std::min(begin, at);
  size_t end = std::min(begin + kMostShown, text.size());
  if (end < text.size()) {
    const size_t blank = text.rfind(' ', end);
    if (blank != std::string_view::npos && blank > at) end = blank;
    while (end > begin && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  }
  return std::string(text.substr(begin, end - begin));
}

bool is_honest(std::string_view sentence) {
  return std::any_of(std::begin(kHonest), std::end(kHonest), [sentence](std::string_view word) {
    return sentence.find(word) != std::string_view::npos;
  });
}

// Where the first stem of `lure` stands with the others near it; npos where nowhere.
size_t find(std::string_view text, const Lure& lure) {
  for (const std::string_view stem : ascii::split(lure.first, '|')) {
    size_t places = 0;
    for (size_t at = 0; places < kMostPlaces && (at = text.find(stem, at)) != std::string_view::npos;
         at += stem.size(), ++places) {
      const std::string_view near = around(text, at, stem.size());
      if (!begins_word(text, at) || find_any(near, lure.second) == std::string_view::npos) continue;
      if (!lure.third.empty() && find_any(near, lure.third) == std::string_view::npos) continue;
      if (!is_honest(near)) return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_lure(std::string_view code) {
  return std::any_of(std::begin(kLures), std::end(kLures),
                     [code](const Lure& lure) { return lure.code == code; });
}

std::vector<FoundLure> find_lures(std::string_view text) {
  text = text.substr(0, kMaxLureText);
  std::vector<FoundLure> found;
  const auto has = [&found](std::string_view code) {
    return std::any_of(found.begin(), found.end(),
                       [code](const FoundLure& lure) { return lure.code == code; });
  };
  for (const Lure& lure : kLures) {
    const size_t at = has(lure.code) ? std::string_view::npos : find(text, lure);
    if (at != std::string_view::npos) found.push_back({lure.code, lure.what, lure.weight, shown(text, at)});
  }
  for (const Phrase& phrase : kPhrases) {
    const size_t at = has(phrase.code) ? std::string_view::npos : find_any(text, phrase.words);
    if (at != std::string_view::npos)
      found.push_back({phrase.code, phrase.what, phrase.weight, shown(text, at)});
  }
  return found;
}

}  // namespace linkgate::verdict
