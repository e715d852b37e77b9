//! The program in Socket Mode with real TLS: `https://` to the Web API and `wss://` for the websockets, by certificates that are
//! made for the test and trusted as an operator would have them trusted, by the system's own means (`SSL_CERT_FILE`).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::CertifiedKey;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::WORDS;
use crate::program::{Site, cards, eventually, id_in};

/// Somebody who speaks TLS in front of the local Slack.
struct Front {
    /// Where: `https://localhost:…`.
    url: String,
    /// The certificate, as `SSL_CERT_FILE` wants it.
    certificate: String,
    /// How many handshakes ended well.
    taken: Arc<AtomicUsize>,
    /// How many did not.
    refused: Arc<AtomicUsize>,
}

impl Front {
    async fn of(site: &Site) -> Self {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("the test can go on");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the test can go on")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("the test can go on");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the test can go on");
        let url = format!("https://localhost:{}", listener.local_addr().expect("the test can go on").port());
        let behind = site.slack.api_url();
        let behind =
            behind.trim_start_matches("http://").split('/').next().expect("the test can go on").to_owned();
        let (taken, refused) = (Arc::default(), Arc::default());
        let front =
            Self { url, certificate: cert.pem(), taken: Arc::clone(&taken), refused: Arc::clone(&refused) };
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                let (taken, refused): (Arc<AtomicUsize>, Arc<AtomicUsize>) =
                    (Arc::clone(&taken), Arc::clone(&refused));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        refused.fetch_add(1, Ordering::SeqCst);
                        return;
                    };
                    taken.fetch_add(1, Ordering::SeqCst);
                    let Ok(mut slack) = TcpStream::connect(&behind).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut slack).await;
                });
            }
        });
        front
    }

    /// Has its certificate trusted by whoever is started with the environment that this returns.
    fn trusted_by(&self, file: &Path) -> [(&'static str, String); 2] {
        std::fs::write(file, &self.certificate).expect("the test can go on");
        [("SLACK_API_URL", format!("{}/api", self.url)), ("SSL_CERT_FILE", file.display().to_string())]
    }
}

async fn site() -> Site {
    Site { by_sockets: true, ..Site::begin().await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_over_encrypted_websockets() {
    let site = site().await;
    let front = Front::of(&site).await;
    site.slack.links_at(&front.url);
    let env = front.trusted_by(&site.file("trusted.pem"));
    let env = env.each_ref().map(|(name, value)| (*name, value.as_str()));
    let running = site.serve_unready(&env).await;
    eventually("both are open", async || site.slack.sockets() == 2).await;
    eventually("ready", async || running.get("/readyz").await.starts_with("HTTP/1.1 200")).await;
    let ava = site.slack.person("ava");
    let answer = ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    assert!(id_in(answer.plain()).is_some(), "{}", answer.plain());
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;
    // Two websockets, and at least one connection to the API.
    assert!(front.taken.load(Ordering::SeqCst) >= 3);
    assert_eq!(front.refused.load(Ordering::SeqCst), 0);
    let (_, code, log) = running.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("ticket="), "the address is a secret:\n{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_with_a_certificate_that_nobody_vouches_for_is_not_opened() {
    let site = site().await;
    let (front, impostor) = (Front::of(&site).await, Front::of(&site).await);
    site.slack.links_at(&impostor.url);
    let env = front.trusted_by(&site.file("trusted.pem"));
    let env = env.each_ref().map(|(name, value)| (*name, value.as_str()));
    let running = site.serve_unready(&env).await;
    eventually("it was tried", async || impostor.refused.load(Ordering::SeqCst) >= 2).await;
    assert!(running.get("/readyz").await.contains("slack: no websocket is open"));
    assert_eq!((impostor.taken.load(Ordering::SeqCst), site.slack.sockets()), (0, 0));
}
