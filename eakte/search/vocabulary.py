"""Seed vocabulary of the compound splitter: words of German administration and law.

Written for eakte, singular, as the words stand in a dictionary; the splitter folds and stems them.
Short words that occur by chance at the end or the beginning of others are left out on purpose.
"""

from __future__ import annotations

_WORDS = """
abbruch abfall abfuhr abgabe abgas ablehnung ablösung abmeldung abnahme abrechnung abriss abschlag
abschluss abschrift absender absicht abstand abstandsfläche abteilung abwasser abwägung abzug
adresse akte aktenplan aktion alarm altersheim altlast ampel amt amtmann anbau anerkennung anfall
anfechtung anfrage angabe angebot angehörige angelegenheit angestellter anhang anhörung anlage
anlass anleihe anlieger anmeldung annahme anordnung anpassung anrede anruf anschlag anschluss
anschreiben anschrift ansicht anspruch anstalt anteil antenne antrag antwort anwalt anwohner anzahl
anzeige apotheke arbeit arbeitgeber arbeitnehmer archiv arzt asyl attest auflage aufnahme aufruf
aufsicht auftrag aufwand aufzug ausbau ausbildung ausfertigung ausgabe ausgang ausgleich
ausgleichung auskunft auslegung ausländer ausnahme ausschluss ausschreibung ausschuss ausstattung
ausweis auszug auto außendienst bach bad bahn bahnhof bank bau bauer bauherr baulast bauleitung
baum baustelle bauvorlage beamter beamtin beauftragte bebauung bedarf bedienung bedingung
beerdigung befreiung befund beförderung beglaubigung begleitung begründung behandlung behinderung
behörde beirat beitrag bekanntmachung belastung beleg belehrung beleuchtung benutzer benutzung
beratung berechnung berechtigung bereich bereinigung bereitschaft bericht beruf berufung bescheid
bescheinigung beschluss beschränkung beschwerde beschäftigung besichtigung besitz besoldung bestand
bestattung bestellung besteuerung bestätigung beteiligung betrag betreuung betrieb betrug
beurteilung bevölkerung beweis bewerber bewerbung bewertung bewilligung bewirtung bewohner bezirk
bezug bibliothek bieter bilanz bild bildung biotonne blatt blitzer boden bogen brand brief
briefwahl brunnen brücke buch buchung budget bund bus buße bußgeld bürger bürgermeister büro
container dach darlehen daten datenschutz datum dauer denkmal deponie dezernat dienst digital
direktor dokument dorf druck duldung durchfahrt durchführung durchgang dünger ebene ehe ehrung
eigentum eigentümer eignung einfriedung eingabe eingang einigung einkommen einkunft einnahme
einrichtung einsatz einsatzstelle einschulung einsicht einspruch einstellung einwand einwohner
einzug elektro eltern elterngeld empfang empfänger energie entgelt entlassung entscheidung
entschädigung entsorgung entwicklung entwurf entwässerung erbe erdgeschoss erfassung ergänzung
erhaltung erhebung erhöhung erinnerung erkenntnis erklärung erlass erlaubnis ermittlung ermäßigung
ernennung erneuerung ersatz erschließung erstattung erteilung erweiterung erziehung etat fach
fahrbahn fahrer fahrrad fahrt fahrzeug fall familie faser fassade feier fenster ferien fest
festsetzung feuer feuerwehr film filter finanz firma flasche flucht flur flurstück fläche
flüchtling form forst foto frage fraktion frau frei freibad freiheit freistellung freizeit fremde
friedhof frist fund fuß fällung förderung führer führerschein führung fünftel gabe gang ganztag
garage garten gas gast gaststätte gebiet gebot geburt geburtsurkunde gebäude gebühr gefahr
gegenstand gehalt geheim gehweg gehölz geld geltung gelände gemarkung gemeinde gemeinderat
gemeinderätin genehmigung generation gerecht gericht gerät gerüst gesamt geschoss geschwindigkeit
geschäft geschäftsstelle gesellschaft gesetz gespräch gesundheit getränk gewalt gewerbe
gewerbesteuer gewinn gewähr gewässer gigabit glas glasfaser gleichstellung grab graben grad grenze
großeltern grund grundbuch grundriss grundschule grundsteuer grundstück gruppe grün gutachten
gutschrift gymnasium hafen haft haftung halle haltestelle halteverbot haltung haltverbot hand
handel handlung handwerk haupt haus haushalt hecke heim heimat heirat heiratsurkunde heizung helfer
herberge hilfe hinweis hochwasser hof holz honorar hort hotel hund hundesteuer hygiene höhe impfung
inbetriebnahme industrie information ingenieur inhaber insolvenz integration internet inventar
investition jagd jahr jubiläum jugend justiz kamera kammer kampagne kanal kanalisation kandidat
karte kasse kataster katastrophe kauf kaution kehr kehrung keller kennzeichen kind kinder
kindergarten kindergeld kirche kirmes kita klage klasse klima kommission kommune kontakt konto
kontrolle kopie kosten kraft kraftfahrzeug krankenhaus krankheit kredit kreis kreuzung kultur kunde
kunst kurs kurtaxe körper kündigung küste laden lageplan lager lampe land landkreis landrat laterne
laub lauf leben lebensmittel leerung lehre lehrer leistung leiter leitung lesung licht lieferung
liegenschaft linie liste lizenz lohn luft lärm löschung löschzug lösung macht mahn mahnung makler
mandat mangel mann marke markt maschine masern material mauer maßnahme medien meister melderegister
meldung menge mensa mensch messe messung meter miete mieter minderung minister ministerium
mitarbeiter mitglied mitteilung mittel mitwirkung modell monat museum musik muster mutter müll
nachbar nachforderung nachlass nachricht nacht nachtrag nachweis name natur netz netzwerk neubau
niederschlag niederschlagswasser niederschrift norm notar notbetreuung note notiz notruf nummer
nutzer nutzung obdach objekt ordner ordnung organ organisation ort papier park parken parkplatz
parlament partei partner pauschale pension person personal personalausweis pfand pflanze pflaster
pflege pflegegeld pflicht pflichtig pfändung plakat plan planer planung platz politik polizei post
postfach praktikant praktikum praxis preis presse prinzip privat probe produkt programm projekt
protokoll prozess präsident präsidium prüfung punkt quadrat quartier quelle quittung rad radar
radweg rampe rasen rat raten rathaus rauch raum rechner rechnung recht rechtsbehelf reduzierung
referat regel regelung regen regierung register reihe reinigung reise reisepass religion rente
reparatur restmüll rettung revision richter richtlinie risiko rohr rolle rotlicht route ruhe
rundfunk rätin räumung rücklage rücknahme rückstellung rüge saal sachbearbeiter sache
sachverständiger sammlung sanierung satzung schaden schadstoff schatten schein schicht schiff
schild schloss schluss schlüssel schmutz schmutzwasser schnee schnitt schornstein schreiben schrift
schuld schuldner schule schutz schwelle schwimmbad schüler seite sekretär senat senior server
sicherheit sicherung siedlung sitz sitzung sohn sommer sonder sonntag sorge sozial sozialhilfe
spende sperre sperrung spiel spielplatz sport sprache stadt stadtrat stadträtin stall stamm stand
standesamt standort statik statistik stau steg stein stelle stellplatz stellung stempel sterbefall
steuer stiftung stimme stock stoff strafe straße strecke streit streu strom strömung student studie
studium stufe stunde sturm störung stück summe system säumnis tablet tafel tag tagesordnung tank
tarif taxi technik teil teilhabe teilnahme telefon termin theater tiefbau tier tilgung tisch
tochter tod tonne tourismus trasse trauung treppe trink träger tunnel turm turnhalle tätigkeit ufer
umbau umfang umgebung umlage umleitung ummeldung umsatz umwelt umzug unfall unterbringung unterhalt
unterhaltsvorschuss unterlage unternehmen unterricht unterschrift unterstützung untersuchung
urkunde urlaub urteil vater verband verbot verbrauch verbraucher verein vereinbarung verfahren
verfassung verfügung vergabe vergnügung vergütung verhalten verhandlung verjährung verkauf verkehr
verlust verlängerung vermerk vermessung vermietung vermittlung vermögen vernehmung verordnung
versammlung versand versicherung versorgung verspätung verteilung vertrag vertreter vertretung
verwahrung verwaltung verwarnung verweis verwendung verzeichnis verzicht verzug vieh viertel volk
volljährig vollmacht vollstreckung vollzug voranfrage vorauszahlung vorbehalt vorbescheid vordruck
vorfahrt vorgang vorgarten vorhaben vorlage vormund vorrang vorschlag vorschrift vorsitz vorsorge
vorstand vorstellung vortrag waffe wahl wald wand wanderung ware warte wartung wasser wechsel weg
wehr wehrführer weide weihnacht weisung welle werbung werk werkstatt wert wettbewerb wetter
widerruf widerspruch wiese wild winter wirtschaft wissen witwe woche wohl wohn wohngeld wohnung
wunsch wähler würde zahl zahlung zaun zeichen zeit zeitung zentrum zettel zeuge zeugnis ziel zimmer
zins zoll zone zufahrt zug zugang zulage zulassung zuschlag zuschuss zustand zustellung zustimmung
zuständigkeit zuteilung zuwendung zwang zweck zweig zweitwohnung zähler änderung öffentlichkeit
öffnung übergang überlassung übernahme überprüfung übersicht übertragung überwachung überweisung
"""
SEED: tuple[str, ...] = tuple(_WORDS.split())
