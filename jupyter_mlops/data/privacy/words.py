"""Words by which columns say that they hold personal data, in English, German, French, Spanish and Italian.

Everything is written without accents and in lower case, as names of columns are compared. To add a language,
add its words to each list.
"""

from __future__ import annotations

NAMES = """
first name, last name, full name, surname, given name, family name, middle name, maiden name, forename,
legal name, customer name, client name, patient name, employee name, contact name, person name, user full
name, recipient name, passenger name, guest name, student name, teacher name, doctor name, manager name,
owner name, holder name, account holder, cardholder, card holder, cardholder name, name of customer, next of
kin, sender name, applicant name, member name, vorname, nachname, familienname, zuname, rufname,
geburtsname, kundenname, name des kunden, vor und nachname, vollstandiger name, name vorname,
ansprechpartner, kontoinhaber, karteninhaber, mitarbeitername, patientenname, mitarbeiter name, name
patient, prenom, nom de famille, nom complet, nom du client, nom client, nom prenom, nom et prenom, nom
patient, nom du patient, nom de naissance, nom de jeune fille, nom d usage, titulaire, nom contact, nom
salarie, patronyme, apellido, apellidos, primer apellido, segundo apellido, nombre completo, nombre y
apellidos, nombre cliente, nombre del cliente, nombre de pila, nombre paciente, nombre del paciente,
titular, nombre empleado, nombre contacto, cognome, nome completo, nome e cognome, cognome e nome,
nominativo, nome cliente, nome del cliente, intestatario, nome paziente, nome di battesimo, nome dipendente,
ragazza cognome
"""

NAMES_PERHAPS = """
name, names, customer, client, patient, employee, person, contact, owner, author, user, member, passenger,
guest, student, teacher, manager, recipient, sender, driver, doctor, kunde, kundin, patientin, person name,
mitarbeiter, kontakt, autor, fahrer, inhaber, nom, salarie, employe, auteur, contact client, destinataire,
nombre, cliente, paciente, empleado, contacto, propietario, nome, paziente, dipendente, contatto, autore,
proprietario, destinatario
"""

PHONES = """
phone, phone number, telephone, telephone number, mobile, mobile number, mobile phone, cell, cell phone,
cellphone, cell number, fax, fax number, msisdn, tel, tel no, contact number, home phone, work phone,
daytime phone, whatsapp, landline, telefon, telefonnummer, telefonnr, tel nr, handy, handynummer, handynr,
mobil, mobilnummer, mobiltelefon, rufnummer, festnetz, festnetznummer, faxnummer, telefon privat,
ruckrufnummer, telephone portable, portable, numero de telephone, numero telephone, num tel, telephone fixe,
tel fixe, tel portable, no tel, numero portable, telecopie, telefono, numero de telefono, telefono movil,
movil, celular, tel movil, telefono fijo, telefono de contacto, numero movil, cellulare, numero di telefono,
telefono fisso, numero cellulare, recapito telefonico, telefono casa, tel cellulare
"""

ADDRESSES = """
address, street, street address, street name, home address, postal address, mailing address, shipping
address, billing address, delivery address, residential address, addr, address line, address 1, address 2,
addr1, addr2, address line 1, address line 2, house number, adresse, anschrift, strasse, strasse und
hausnummer, strasse nr, strasse hausnummer, hausnummer, lieferadresse, rechnungsadresse, wohnadresse,
wohnanschrift, postanschrift, rue, adresse postale, adresse client, adresse de livraison, adresse de
facturation, domicile, numero et rue, voie, direccion, calle, domicilio, direccion postal, direccion de
envio, direccion de facturacion, calle y numero, indirizzo, via, residenza, indirizzo di spedizione,
indirizzo di fatturazione, via e numero, indirizzo residenza
"""

BIRTHDAYS = """
birth date, birthdate, date of birth, birthday, dob, born, born on, birth day, birth year, year of birth,
day of birth, geburtsdatum, geburtstag, geburtsjahr, geb datum, gebdat, geb, geboren, geboren am, date de
naissance, date naissance, naissance, ne le, annee de naissance, date nais, jour de naissance, fecha de
nacimiento, fecha nacimiento, nacimiento, fec nac, f nacimiento, ano de nacimiento, fecha nac, data di
nascita, data nascita, nascita, anno di nascita, nato il, giorno di nascita
"""

NATIONAL_IDS = """
ssn, social security number, social security, social security no, national id, national id number, national
insurance number, national insurance, nino, ni number, passport, passport number, passport no, driving
licence, driver license, drivers license, driving license number, driver license number, tax id, taxpayer
id, identity card, id card number, steuer id, steuerid, steuer identifikationsnummer,
steueridentifikationsnummer, steuernummer, sozialversicherungsnummer, rentenversicherungsnummer, svnr, sv
nummer, personalausweis, personalausweisnummer, ausweisnummer, ausweis nr, reisepass, passnummer,
reisepassnummer, fuhrerschein, fuhrerscheinnummer, krankenversicherungsnummer, numero de securite sociale,
numero securite sociale, securite sociale, num secu, no secu, nir, numero insee, carte d identite, numero
carte identite, passeport, numero de passeport, numero fiscal, permis de conduire, carte vitale, dni, nie,
nif, numero de seguridad social, seguridad social, num ss, pasaporte, numero de pasaporte, documento de
identidad, documento identidad, numero documento, permiso de conducir, cedula, codice fiscale, cod fiscale,
codfisc, tessera sanitaria, carta d identita, carta identita, passaporto, numero passaporto, numero
documento identita, patente di guida, numero patente
"""

SECRETS = """
password, passwd, pwd, passphrase, secret, secret key, client secret, api key, apikey, access key, access
token, auth token, private key, pin code, security answer, passwort, kennwort, geheimnis, zugangscode,
geheimer schlussel, mot de passe, motdepasse, mdp, cle secrete, cle api, code secret, contrasena, clave
secreta, clave api, clave de acceso, clave, secreto, parola d ordine, parola chiave, password utente, chiave
segreta, chiave api, codice segreto
"""

# A column with one of these words is about something else than a person's own, or says it no more.
OTHERWISE = """
is, has, count, counts, num of, type, kind, status, flag, length, len, verified, valid, opt, optin, optout,
hash, hashed, masked, domain, provider, model, brand, product, file, filename, company, firm, event, table,
column, server, category, prefix, change, changed, updated, sum, avg, mean, score, rate, rank, class,
species, quality, strength, requirement, policy, expired, reset, tier, plan, os, app, carrier, network,
bytes, mb, ms, seconds, minutes, duration, speed, since, strategy, title, city, anzahl, typ, art, firma,
produkt, datei, marke, modell, anbieter, lange, bestatigt, unternehmen, bewertung, stadt, nombre de, nb,
produit, fichier, marque, entreprise, societe, fournisseur, statut, verifie, longueur, ville, cantidad,
tipo, producto, archivo, marca, empresa, modelo, proveedor, estado, verificado, ciudad, conteggio, prodotto,
azienda, modello, fornitore, stato, verificato, societa, citta
"""

# Given names that are hardly ever words, places or months.
GIVEN = """
aaron ada adam adrian agnieszka ahmed ainhoa aisha alain alba albert alberto aldo alejandro alessandro
alessia alexander alfie ali alice alvaro amanda amelie amit amy ana andre andrea andreas andres andrew
angela angelo anja ann anna annika anthony antoine antonella antonia antonio arthur ashley aurelie ayse
baptiste barbara beatrice beatriz benjamin bernard bernd betty billy birgit bob brandon brenda brian
brigitte bruce bruno camille carlo carlos carmela carmen carol carolyn caterina catherine celine charles
cheryl chiara chloe christian christina christine christophe claude claudia clement concepcion concetta
cristina cynthia daniel daniela david davide deborah debra deepak dennis diane diego dieter dmitri dolores
domenico donna dorothy douglas eduardo edward elena elias elisa elizabeth elodie emily emine emma enrico
enrique eric ethan eugene eve evelyn fabio fatima federica federico felix fernando finn florian francesca
francesco francisca francisco franco francoise frank freya frieda gabriel gary genevieve george gianluca
ginevra giorgio giovanna giovanni gisela giulia giuseppe giuseppina gloria gonzalo graham gregory greta
guillaume gunter hanna hannah hans harriet harry hassan heather heike heinz helen helga henry hiroshi hugo
ian ibrahim ignacio igor ilaria imogen ines ingrid irene isabel isabelle ivan jack jacob jacqueline jacques
jaime james janet jannik jason javier jean jeffrey jennifer jens jeremy jerry jesse jessica joan joao
joaquin johanna johannes john jonas jonathan jorge jose josefa joseph joshua joyce juan judith jules julie
julien juliette jurgen justin karen karin katarzyna katherine kathleen katrin keith kelly kenji kenneth
kevin kimberly klaus kyle larry laura lauren laurent lea lena leon leonie lieselotte linda lisa lorenzo
louis luca lucas lucia luciano luigi luis lukas manfred manon manuel marcel marco margaret margaux maria
marie mario markus marlene marta martha martina martine mary mateo mathieu matteo matthew matthias maxime
maximilian megan mehmet melissa mercedes mia michael michel michele michelle miguel ming mohammed monika
monique montserrat moritz mustafa nancy natalia nathalie nathan nicholas nicolas nicole nigel niklas noah
nuria olga oliver olivia olivier omar oscar pablo pamela paola paolo patricia patrick paul paula pedro peter
petra philipp philippe pierre pietro pilar piotr poppy priya rachel rafael rahul raj ralf ralph raphael
raquel raul raymond rebecca renate rene riccardo richard rita robert roberto rocio roger romain ronald rosa
rosaria rosario roy ruben ryan sabine sakura salvatore samantha samuel sandra sara sarah scott sean
sebastian sebastien sergio sharon shirley silke silvia simon simone sofia sophie stefan stefano stephanie
stephen steven sunita susan susanne svenja svetlana sylvie teresa terry theo thiago thibault thomas tim
timothy tobias tomasz torsten tyler ursula uwe valentina valerie veronique vicente vincenzo walter werner
william wolfgang yuki yvette zachary
"""


def phrases(text: str) -> frozenset[tuple[str, ...]]:
    """Return the comma-separated phrases as tuples of words."""
    return frozenset(tuple(item.split()) for item in text.replace("\n", " ").split(",") if item.strip())
