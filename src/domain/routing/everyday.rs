//! Words that anybody writing about software uses, whether or not they mean the place of that name.
//!
//! On their own they say little ("the release", "we plan", "my code"); as part of a longer name they say as much as any
//! other word. Nothing here belongs to one directory.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::words::stem;

/// In plain spelling, a few to a line; compared in their plainest form.
const EVERYDAY: &str = "
    ability access account activation action activate active activity actor add address admin administer administrator agent alert
    analysis analytics analyze answer api app application approach approval archive area asset assign attack attribute
    authenticate authentication authorization authorize automatic automate available
    background backend base basic behavior binary block board body boot branch browser budget bug build built button
    cache call case certificate change channel character chart chat check choose class clean clear click client clone
    cli cloud cluster code collect column command comment commit common community company compare complete compliance
    component compute concurrency config configuration configure connect connection console contact contain content
    context contribute control convert cookie copy core cost count create creation credential current custom customer customize
    cycle
    daemon dashboard data database date debug dedicated default define delete deliver delivery demo department depend
    dependency deploy deployment deprecate describe design desktop detail detect detection develop developer development
    device diff digest direct directory disable disaster discover discuss discussion disk distribute distribution
    document documentation domain download draft drive drop
    edit editor email emoji enable encode encoding encrypt end endpoint engine engineer enhance enter enterprise
    entity environment error event example execute execution exist experience experiment explain export expose extend
    extension external
    fail failure fast feature field file filter find fix flag flow folder follow force form format foundation framework
    first fine highly integrated legacy paid premium ultimate
    free front frontend full function
    gateway general generate global goal govern graph group grow growth guide guideline
    handle hash header health helper hide high history hook host html http
    identify identity image implement import improve include incoming increase index infrastructure ingest inherit
    input insight install installation instance instrumentation insights integrate integration interface internal
    introduce invalid issue item
    job join
    keep key keyword
    label language large latency launch layer layout lead learn level library licence license life lifecycle limit line
    link list live load local location lock log login logging long low
    machine main maintain manage management manager manual map mark match matrix maximum measure media member memory
    menu merge message method metadata metric migrate migration minute mirror miss mobile mode model modify module
    monitor move multiple
    name namespace native navigate navigation need network node note notification notify number
    object objective observe offline onboard online open operate operation operations optimize option order
    organisation organization output overview own
    package page parallel parameter parse partner pass password path pattern pay payload payment people perform
    performance period permission person plan planning platform plugin point policy pool port position post practice
    prepare prevent price primary private problem procedure process processing product production profile program
    project property protect protection protocol provide provider provision proxy public publish pull purchase purpose
    push
    quality query question queue quick quota
    rate read receive record recover recovery reference refresh region register relate release remote remove render
    replicate report repository repo requirements request require requirement reset resolve resource respond response rest restore restrict result
    resume retention retrieve return review right role root route row rule run
    safe sample save scale scalability scan schedule schema scope score screen script search seat secondary secret
    section secure security select send sensitive sequence server service session set setting setup share show sign
    simple single site size slow snapshot snippet software solution solve source space specific speed staging stage
    standard start state static statistic status step stop storage store stream string structure style subject submit
    subscription success suggest suggestion support switch sync system
    tab table tag target task team technical technology template term test testing text thing third thread threat
    time timeline title todo token tool topic total trace track traffic train training transfer translate tree trend
    trial trigger troubleshoot tutorial type
    ui unable unit update upgrade upload upstream url usage use user ux utilization utilize
    valid validate value variable verification verify version video view virtual visibility visible visual vulnerability
    wait warn warning watch web website widget window word workflow workspace write
";

/// The words by which people say that a name is meant as a name: "the Plan group", "the Release team".
const NAMING: &[&str] = &["area", "category", "group", "section", "stage", "team"];

static STEMS: LazyLock<HashSet<String>> = LazyLock::new(|| EVERYDAY.split_whitespace().map(stem).collect());

/// Whether anybody writing about software uses this word; it comes in its plainest form.
pub(super) fn is_everyday(word: &str) -> bool {
    STEMS.contains(word)
}

/// Whether the word, in its plainest form, says that a name stands beside it.
pub(super) fn is_naming(word: &str) -> bool {
    NAMING.contains(&word)
}
