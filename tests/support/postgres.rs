//! A PostgreSQL of the test run's own: made from the installed programs in a directory of its own, on a
//! free port of loopback, and gone when the run ends, however it ends.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// Set where tests that need PostgreSQL have to run.
const REQUIRED: &str = "SIGNOFF_REQUIRE_POSTGRES";

/// A server that this process started.
pub struct Server {
    /// Its address, without a database.
    address: String,
    bin: PathBuf,
    directory: PathBuf,
    port: u16,
    keeper: Mutex<Keeper>,
}

/// The shell that runs it, and ends it when its own input is closed: that is what happens when this
/// process is gone.
struct Keeper {
    orders: ChildStdin,
    done: BufReader<ChildStdout>,
    _shell: Child,
}

/// Whether tests are to use PostgreSQL where they don't say.
pub fn is_wanted() -> bool {
    match std::env::var("SIGNOFF_TEST_STORE").as_deref() {
        Err(_) | Ok("" | "sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("SIGNOFF_TEST_STORE is sqlite or postgres, not {other}"),
    }
}

/// The server of this run. Nothing, and a loud word, where PostgreSQL is not installed.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let found = SERVER.get_or_init(|| installed().map(|bin| Server::start(&bin, &[])));
    found.as_ref()
}

/// The server of a run that is to use it.
pub fn wanted() -> &'static Server {
    server().expect("SIGNOFF_TEST_STORE=postgres needs PostgreSQL")
}

/// The database of a home, the same one each time.
pub fn of_home(home: &Path) -> String {
    static KNOWN: Mutex<BTreeMap<PathBuf, String>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    let database = known.entry(home.to_owned());
    database.or_insert_with(|| wanted().database()).clone()
}

/// Where the programs are.
pub fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian keeps them apart by version.
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        places.extend(versions.map(|version| version.unwrap().path().join("bin")));
    }
    let programs = ["initdb", "postgres", "psql"];
    let found = places
        .into_iter()
        .find(|place| programs.iter().all(|program| place.join(program).exists()));
    if found.is_none() {
        let said = "PostgreSQL is not installed, so nothing is tested on it (Debian's package is \
                    postgresql)";
        assert!(std::env::var_os(REQUIRED).is_none(), "{said}");
        // Not through the capture of the test that happens to ask first.
        let _said = writeln!(std::io::stderr(), "\n*** {said} ***\n");
    }
    found
}

/// A command as somebody whom PostgreSQL runs as: it refuses to run as root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let user = user();
    command
        .args(["--reuid", user, "--regid", user, "--clear-groups"])
        .arg(program)
        .env("HOME", "/");
    command
}

fn is_root() -> bool {
    id(&["-u"]) == "0"
}

fn user() -> &'static str {
    match Command::new("id").arg("postgres").output() {
        Ok(found) if found.status.success() => "postgres",
        _ => "nobody",
    }
}

fn id(args: &[&str]) -> String {
    let output = Command::new("id").args(args).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Server {
    /// Makes one with these settings, and returns when it answers.
    pub fn start(bin: &Path, settings: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap().keep();
        if is_root() {
            let chown = Command::new("chown").arg(user()).arg(&directory).status();
            assert!(chown.unwrap().success());
        }
        let data = directory.join("data");
        let made = unprivileged(&bin.join("initdb"))
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=signoff",
                "--encoding=UTF8",
            ])
            .args(["--locale=C", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Self {
            address: format!("postgres://signoff@127.0.0.1:{port}"),
            bin: bin.to_owned(),
            keeper: Mutex::new(keeper(bin, &directory, &data, port, settings)),
            directory,
            port,
        };
        server.begin();
        server
    }

    /// Makes one that speaks TLS too, and the certificate by which it is known as 127.0.0.1, and as nothing else.
    pub fn start_encrypted(bin: &Path) -> (Self, PathBuf) {
        let directory = tempfile::tempdir().unwrap().keep();
        let [certificate, key] = ["server.crt", "server.key"].map(|name| directory.join(name));
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args(["-nodes", "-days", "2", "-subj", "/CN=gate", "-addext"])
            .args([
                "subjectAltName=IP:127.0.0.1",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
            ])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        if is_root() {
            let chown = Command::new("chown")
                .args(["-R", user()])
                .arg(&directory)
                .status();
            assert!(chown.unwrap().success());
        }
        let setting = |name: &str, path: &Path| format!("{name}={}", path.display());
        let certificate_file = setting("ssl_cert_file", &certificate);
        let key_file = setting("ssl_key_file", &key);
        let server = Self::start(bin, &["ssl=on", &certificate_file, &key_file]);
        (server, certificate)
    }

    /// Starts it, again if need be, and returns when it answers.
    pub fn begin(&self) {
        self.order("start");
        wait_until_it_answers(&self.bin, &self.directory, self.port);
    }

    /// Ends it at once, as a crash would: nothing is written that wasn't.
    pub fn crash(&self) {
        self.order("crash");
    }

    fn order(&self, order: &str) {
        let mut keeper = self.keeper.lock().unwrap();
        writeln!(keeper.orders, "{order}").unwrap();
        let mut done = String::new();
        keeper.done.read_line(&mut done).unwrap();
        assert_eq!(done, "done\n");
    }

    /// A new database, and where it is.
    pub fn database(&self) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("gate{}", NEXT.fetch_add(1, Ordering::SeqCst));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        format!("{}/{name}", self.address)
    }

    /// Runs statements in a database.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        psql(&self.bin, &format!("{}/{database}", self.address), sql)
    }
}

/// Runs statements at an address.
pub fn psql(bin: &Path, address: &str, sql: &str) -> String {
    let ran = Command::new(bin.join("psql"))
        .args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            sql,
            address,
        ])
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "psql: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

/// Starts the shell.
fn keeper(bin: &Path, directory: &Path, data: &Path, port: u16, settings: &[&str]) -> Keeper {
    let script = r#"
        directory=$1; shift
        while read -r order; do
            case $order in
            start) "$@" >>"$directory/log" 2>&1 </dev/null & server=$! ;;
            crash) kill -QUIT "$server"; wait "$server" ;;
            esac
            echo done
        done
        kill -QUIT "$server"
        wait "$server"
        rm -rf "$directory"
    "#;
    let mut command = unprivileged(Path::new("sh"));
    command
        .args(["-c", script, "sh"])
        .arg(directory)
        .arg(bin.join("postgres"))
        .arg("-D")
        .arg(data)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
        .args([
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=300",
        ]);
    for setting in settings {
        command.args(["-c", setting]);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Keeper {
        orders: child.stdin.take().unwrap(),
        done: BufReader::new(child.stdout.take().unwrap()),
        _shell: child,
    }
}

fn wait_until_it_answers(bin: &Path, directory: &Path, port: u16) {
    let end = std::time::Instant::now() + super::pty::PATIENCE;
    let answers = || {
        let asked = Command::new(bin.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status();
        asked.is_ok_and(|status| status.success())
    };
    while !answers() {
        let mut log = String::new();
        if let Ok(mut file) = std::fs::File::open(directory.join("log")) {
            file.read_to_string(&mut log).unwrap();
        }
        assert!(
            std::time::Instant::now() < end,
            "PostgreSQL doesn't answer; its log:\n{log}"
        );
    }
}
