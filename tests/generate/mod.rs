//! Large exports for benches and tests, made by rule: the same size gives the same bytes.

use std::fmt::Write;

/// A KSWS export of about `bytes` bytes: rules of 20 leaves each, in the form of `kavshell export`.
pub fn ksws(bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 4096);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<KAV-WSEE-Settings xmlns=\"urn:example:settings\">\n  <Settings>\n    <TrustedZone>\n      <ExclutionRules>\n");
    let mut n = 0u32;
    while out.len() < bytes {
        n += 1;
        let path = match n % 5 {
            0 => format!("D:\\Data\\Customer {n}\\"),
            1 => format!("D:\\Data\\Customer {n}\\orders.mdf"),
            2 => format!("E:\\Logs\\{n}\\*.ldf"),
            3 => format!("%ProgramFiles%\\Vendor {n}\\bin\\service.exe"),
            _ => format!("\\\\server{n}\\share\\folder\\"),
        };
        let yes = |on: bool| if on { "yes" } else { "no" };
        let _ = write!(
            out,
            "        <element>\n          <__VersionInfo>\n            <element>1</element>\n            <element>4</element>\n          </__VersionInfo>\n          <Enabled>{}</Enabled>\n          <UseObjects>yes</UseObjects>\n          <Objects>\n            <element>\n              <__VersionInfo>\n                <element>1</element>\n                <element>0</element>\n              </__VersionInfo>\n              <Type>4</Type>\n              <Path>{path}</Path>\n            </element>\n          </Objects>\n          <UseThreatNameMasks>no</UseThreatNameMasks>\n          <ThreatNameMasks></ThreatNameMasks>\n          <ApplyForFileMonitor>yes</ApplyForFileMonitor>\n          <ApplyForOnDemandScan>{}</ApplyForOnDemandScan>\n          <ApplyForScriptChecker>{}</ApplyForScriptChecker>\n          <Description>Rule number {n}, carried along for years</Description>\n          <ApplyForNetAppMonitor>no</ApplyForNetAppMonitor>\n          <ApplyForICAPScanner>no</ApplyForICAPScanner>\n        </element>\n",
            yes(!n.is_multiple_of(11)),
            yes(!n.is_multiple_of(3)),
            yes(!n.is_multiple_of(7)),
        );
    }
    out.push_str("      </ExclutionRules>\n    </TrustedZone>\n  </Settings>\n</KAV-WSEE-Settings>\n");
    out
}

/// A KESL export of about `bytes` bytes: the same exclusions in real-time protection and in one scan.
pub fn kesl(bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 4096);
    out.push_str("Version=11.1.0.3013\n\n[AppSettings]\nUseKSN=No\n\n");
    let head = [
        "[MonitoringTask.item_0000]\nTaskName=File_Threat_Protection\nTaskType=OAS\nActive=Yes\n\n",
        "[OnDemandTask.item_0000]\nTaskName=Scan_My_Computer\nTaskType=ODS\nTaskId=2\n\n",
    ];
    for (half, (task, prefix)) in
        head.iter().zip(["MonitoringTask.item_0000", "OnDemandTask.item_0000"]).enumerate()
    {
        out.push_str(task);
        let end = bytes / 2 * (half + 1);
        let mut n = 0u32;
        while out.len() < end {
            let mask = if n.is_multiple_of(4) { "*.log" } else { "*" };
            let _ = write!(
                out,
                "[{prefix}.Settings.ExcludedFromScanScope.item_{n:04}]\nAreaDesc=Customer {n}, data folder\nUseScanArea=Yes\nPath=/srv/customers/c{n}/data\nAreaMask.item_0000={mask}\n\n"
            );
            n += 1;
        }
    }
    out
}
