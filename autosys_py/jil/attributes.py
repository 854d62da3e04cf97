"""The one table of attributes: scanning, checking, storing and printing all read it (jil.md §3, §7, §8).

A row says once what an attribute is. `order` is its place in `autorep -q`; rows of equal order keep the order of
this file. The families of agent job types at the end are written as words, one family a line, because all of their
attributes are alike: kept, printed as typed, at most 255 characters.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from autosys_py.jil import domains as d
from autosys_py.jil.domains import Domain, enum, enums, integer
from autosys_py.jil.values import Quoting

QUOTED, BARE, RAW, NEVER = Quoting.QUOTED, Quoting.BARE, Quoting.RAW, Quoting.NEVER

USER_TYPES: Final = frozenset("0123456789")
AGENT_TYPES: Final = frozenset(
    """OMCPU OMD OMIP OMP OMTF OMEL OMS FTP SCP SQL DBPROC DBTRIG DBMON SQLAGENT HTTP WSDOC WBSVC ENTYBEAN SESSBEAN
    POJO JAVARMI JMSPUB JMSSUB JMXMAG JMXMAS JMXMC JMXMOP JMXMREM JMXSUB HDFS HIVE OOZIE PIG SQOOP I5 INFORMATICA
    MICROFOCUS OACOPY OASET OASG PS PAPROC PAREQ PROXY SAP SAPBDC SAPBWIP SAPBWPC SAPDA SAPEM SAPEVT SAPJC SAPPM
    SNMPGET SNMPSET WOL ZOS ZOSM ZOSDST""".split()
)
LOCAL_TYPES: Final = frozenset({"CMD", "BOX", "FW", "FT"}) | USER_TYPES
"""Types whose jobs run here; the others are stored, printed and simulated."""
JOB_TYPES: Final = LOCAL_TYPES | AGENT_TYPES
TYPE_ALIASES: Final = {"C": "CMD", "B": "BOX", "F": "FW"}

ALL: Final = JOB_TYPES
NOT_BOX: Final = JOB_TYPES - {"BOX"}
COMMAND: Final = frozenset({"CMD"}) | USER_TYPES
WATCHER: Final = frozenset({"FW"})
TRIGGER: Final = frozenset({"FT"})
BOX: Final = frozenset({"BOX"})
NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """A row of the table; each is itself and nothing else, so it is a cheap key."""

    name: str
    """As stored and printed; typed in any case."""
    order: int
    """The column n of jil.md §3."""
    types: frozenset[str]
    """Job types it has an effect on."""
    domain: Domain
    quoting: Quoting
    length: int = 255
    """Characters; of the plain value."""
    default: str = ""
    """What holds if it is not given, as it would be stored."""
    required: frozenset[str] = NONE
    """Job types that cannot do without it."""
    collects: bool = False
    """Repeated, it adds an entry instead of replacing the value."""
    acts: bool = True
    """It changes what a local job does; else it is checked, stored and printed only."""
    insert_only: bool = False
    description: str = ""


def _row(
    name: str,
    order: int,
    types: frozenset[str],
    domain: Domain,
    quoting: Quoting,
    description: str,
    *,
    length: int = 255,
    default: str = "",
    required: frozenset[str] = NONE,
    collects: bool = False,
    acts: bool = True,
    insert_only: bool = False,
) -> Attribute:
    return Attribute(
        name, order, types, domain, quoting, length, default, required, collects, acts, insert_only, description
    )


MOST_PRESUBMITTED: Final = 1000
"""Every one of them is a row that is written and read."""

_ON_ACTION = enum("continue", "stop", "request_restart", "restart", "restart_from_error", "restart_no_resubmit")
_CODE_TYPES = COMMAND | WATCHER | BOX | {"HTTP", "I5", "MICROFOCUS", "PROXY", "WSDOC"}
_OPEN_ENDED = TRIGGER | {"JMXSUB", "SAPEVT", "OMCPU", "OMD", "OMIP", "OMP", "OMTF", "OMEL", "OMS", "ZOSDST"}
_RESTARTABLE = COMMAND | WATCHER | BOX
_FILES = NOT_BOX - WATCHER - TRIGGER
_SEEDS = enum("FAILURE", "INACTIVE", "ON_HOLD", "ON_ICE", "ON_NOEXEC", "SUCCESS", "TERMINATED")

_ROWS: Final = (
    # What and where (jil.md §3.1)
    _row("job_type", 0, ALL, d.WORD, NEVER, "what the job is", default="CMD"),
    _row("box_name", 1, ALL, d.NAME, BARE, "the box it is a member of", length=64),
    _row("command", 2, COMMAND, d.TEXT, RAW, "what a shell runs", length=4096, required=frozenset({"CMD"})),
    _row("machine", 3, NOT_BOX, d.MACHINES, BARE, "where it runs", length=4096, required=NOT_BOX),
    _row("owner", 4, ALL, d.WORD, BARE, "whose job it is: user[@host]", length=145),
    _row("permission", 5, ALL, d.PERMISSION, BARE, "who else may execute and edit it", length=30),
    _row("group", 39, ALL, d.GROUP_NAME, BARE, "a group it belongs to", length=64),
    _row("application", 40, ALL, d.GROUP_NAME, BARE, "the application it belongs to", length=64),
    _row("description", 16, ALL, d.TEXT, QUOTED, "free text", length=500, acts=False),
    _row("profile", 31, COMMAND | WATCHER, d.PATH, QUOTED, "file sourced before the run"),
    _row("envvars", 59, COMMAND | {"MICROFOCUS"}, d.VARIABLES, BARE, "environment of the run", length=4096,
         collects=True),
    _row("std_in_file", 21, _FILES, d.PATH, QUOTED, "standard input"),
    _row("std_out_file", 22, _FILES, d.PATH, QUOTED, "standard output"),
    _row("std_err_file", 23, _FILES, d.PATH, QUOTED, "standard error"),
    _row("shell", 64, COMMAND, d.PATH, BARE, "the shell that runs the command"),
    _row("ulimit", 60, COMMAND, d.ULIMIT, BARE, "soft and hard limits of the process"),
    _row("chk_files", 30, COMMAND, d.CHK_FILES, BARE, "free space that must be there before a start"),
    _row("job_class", 63, COMMAND | AGENT_TYPES, d.WORD, BARE, "class at the agent", acts=False),
    _row("external_os_user", 65, COMMAND | AGENT_TYPES, d.WORD, BARE, "user at the agent", acts=False),
    _row("interactive", 62, COMMAND, d.BOOL, BARE, "Windows: on the desktop", default="0", acts=False),
    _row("elevated", 61, COMMAND, d.BOOL, BARE, "Windows: with all rights", default="0", acts=False),
    _row("status", 0, ALL, _SEEDS, NEVER, "the first status", default="INACTIVE", insert_only=True),
    _row("avg_runtime", 0, ALL, d.INT, NEVER, "minutes, seeds the average run time", insert_only=True),
    _row("blob_input", 0, COMMAND, d.BLOB, NEVER, "text for standard input", insert_only=True),
    _row("blob_file", 0, COMMAND, d.PATH, NEVER, "file for standard input", length=4096, insert_only=True),
    _row("blob_type", 0, COMMAND, d.BLOB_TYPE, NEVER, "kind of blob", default="in", insert_only=True),
    # When it starts (§3.2)
    _row("date_conditions", 6, ALL, d.BOOL, BARE, "switches the date and time attributes on", default="0"),
    _row("days_of_week", 7, ALL, d.DAY_LIST, BARE, "days on which it starts", length=80),
    _row("run_calendar", 8, ALL, d.WORD, BARE, "calendar of days on which it starts", length=64),
    _row("exclude_calendar", 9, ALL, d.WORD, BARE, "calendar of days on which it does not start", length=64),
    _row("start_times", 10, ALL, d.TIMES, QUOTED, "times of day at which it starts"),
    _row("start_mins", 11, ALL, d.MINUTES, BARE, "minutes of every hour at which it starts"),
    _row("run_window", 12, ALL, d.WINDOW, QUOTED, "time of day within which it may start", length=20),
    _row("timezone", 38, ALL, d.TIMEZONE, BARE, "zone of its times", length=50),
    _row("must_start_times", 26, ALL, d.MUST_TIMES, QUOTED, "alarm if not started by then"),
    _row("must_complete_times", 27, ALL, d.MUST_TIMES, QUOTED, "alarm if not completed by then"),
    _row("condition", 13, ALL, d.EXPRESSION, RAW, "what must be true before it starts", length=4096),
    _row("auto_hold", 36, ALL, d.BOOL, BARE, "put on hold when its box starts", default="0"),
    _row("priority", 34, NOT_BOX, d.INT, BARE, "place in the queue, lower first", default="0"),
    _row("job_load", 33, ALL, d.INT, BARE, "units of its machine's load", default="0"),
    _row("resources", 66, ALL, d.RESOURCES, BARE, "resources it needs", length=4096),
    # How it ends, who hears of it (§3.3)
    _row("box_success", 14, BOX, d.EXPRESSION, RAW, "what makes the box a success", length=4096),
    _row("box_failure", 15, BOX, d.EXPRESSION, RAW, "what makes the box a failure", length=4096),
    _row("box_terminator", 19, ALL, d.BOOL, BARE, "its failure terminates the box", default="0"),
    _row("job_terminator", 20, ALL, d.BOOL, BARE, "killed when its box fails", default="0"),
    _row("n_retrys", 17, ALL, integer(0, 20), BARE, "tries after a failure", default="0"),
    _row("term_run_time", 18, ALL, integer(0, 527040), BARE, "minutes after which it is killed", default="0"),
    _row("max_exit_success", 29, COMMAND | {"I5", "MICROFOCUS"}, d.INT, BARE, "highest exit code of a success",
         default="0"),
    _row("success_codes", 51, _CODE_TYPES, d.CODES, BARE, "exit codes of a success"),
    _row("fail_codes", 52, _CODE_TYPES, d.CODES, BARE, "exit codes of a failure"),
    _row("auto_delete", 35, ALL, integer(-1, 17520), BARE, "hours after which the job is deleted", default="-1"),
    _row("alarm_if_fail", 28, ALL, d.BOOL, BARE, "alarm when it fails", default="1"),
    _row("alarm_if_terminated", 37, ALL, d.BOOL, BARE, "alarm when it is terminated", default="1"),
    _row("max_run_alarm", 25, ALL, d.INT, BARE, "minutes after which a running job alarms", default="0"),
    _row("min_run_alarm", 24, ALL, d.INT, BARE, "minutes it must run not to alarm", default="0"),
    _row("heartbeat_interval", 32, COMMAND, d.INT, BARE, "minutes between heartbeats", default="0"),
    _row("send_notification", 41, ALL, d.SEND_NOTIFICATION, BARE, "whether people are told", default="0"),
    _row("notification_msg", 43, ALL, d.TEXT, QUOTED, "what they are told"),
    *(
        _row(name, order, ALL, d.ADDRESSES, BARE, "who is told", length=4096, collects=True)
        for order, name in (
            (53, "notification_emailaddress"),
            (54, "notification_emailaddress_on_failure"),
            (55, "notification_emailaddress_on_success"),
            (56, "notification_emailaddress_on_terminated"),
            (58, "notification_emailaddress_on_alarm"),
        )
    ),
    _row("notification_template", 42, ALL, d.WORD, QUOTED, "template of the mail"),
    _row("notification_alarm_types", 57, ALL, d.ALARMS, BARE, "alarms of which people are told", length=4096),
    _row("notification_id", 44, ALL, d.WORD, BARE, "who was told in old releases", acts=False),
    _row("service_desk", 45, ALL, d.BOOL, BARE, "whether a ticket is opened", default="0", acts=False),
    _row("svcdesk_attr", 50, ALL, d.TEXT, QUOTED, "ticket attributes", acts=False),
    _row("svcdesk_desc", 46, ALL, d.TEXT, QUOTED, "ticket text", acts=False),
    _row("svcdesk_pri", 47, ALL, integer(0, 5), BARE, "ticket priority", acts=False),
    _row("svcdesk_imp", 48, ALL, integer(0, 5), BARE, "ticket impact", acts=False),
    _row("svcdesk_sev", 49, ALL, integer(0, 5), BARE, "ticket severity", acts=False),
    _row("watch_file", 67, WATCHER | TRIGGER, d.PATH, QUOTED, "the file that is watched", required=WATCHER | TRIGGER),
    _row("watch_interval", 69, WATCHER, d.INT, BARE, "seconds between two looks", default="60"),
    _row("watch_file_min_size", 68, WATCHER, d.INT, BARE, "bytes the file must have", default="0"),
    _row("watch_file_type", 71, TRIGGER, enum(*"CREATE DELETE EXIST EXPAND GENERATE NOTEXIST SHRINK UPDATE".split()),
         BARE, "what happens to the file", default="CREATE"),
    _row("watch_file_change_type", 72, TRIGGER, enum("SIZE", "DELTA", "PERCENT"), BARE, "how growth is measured"),
    _row("watch_file_change_value", 73, TRIGGER, d.INT, BARE, "how much it grows or shrinks"),
    _row("watch_no_change", 74, TRIGGER, d.INT, BARE, "minutes without a change"),
    _row("watch_file_recursive", 70, TRIGGER, d.BOOL, BARE, "with all folders below", default="0"),
    _row("watch_file_owner", 75, TRIGGER, d.WORD, BARE, "owner the file must have", acts=False),
    _row("watch_file_groupname", 76, TRIGGER, d.WORD, BARE, "group the file must have", acts=False),
    _row("watch_file_win_user", 77, TRIGGER, d.WORD, BARE, "Windows user of the watch", acts=False),
    _row("continuous", 78, _OPEN_ENDED, d.BOOL, BARE, "goes on watching", default="0"),
    # Restart behaviour (extensions.md §4)
    *(
        _row(f"on_{outcome}", 80 + place, _RESTARTABLE, _ON_ACTION, BARE, f"what follows when it is {outcome}",
             default="continue")
        for place, outcome in enumerate(("completed", "error", "killed", "canceled", "unknown"))
    ),
    _row("max_starts", 85, _RESTARTABLE, integer(0, 1_000_000), BARE, "automatic restarts allowed", default="100"),
    _row("restart_delay", 86, _RESTARTABLE, d.DURATION, BARE, "time from an end to the restart", default="15s"),
    _row("presubmit_count", 87, _RESTARTABLE, integer(1, MOST_PRESUBMITTED), BARE, "future starts kept submitted",
         default="1"),
    _row("returncode_map_to_completed", 88, _RESTARTABLE, d.OPEN_CODES, BARE, "exit codes of a success"),
)  # fmt: skip

# A word is `name`, with `!` if required, `+` if it collects, `=A/B` for an enumeration, `=list:A/B` for a list of one,
# `=0..9` for a range, `=int`, `=bool`, and `(default)`.
_MONITOR = "poll_interval monitor_mode=NOW/WAIT/CONTINUOUS(NOW)"
_FAMILIES: Final = (
    ("OMCPU", "cpu_usage=FREE/USED(FREE) inside_range=TRUE/FALSE lower_boundary upper_boundary no_change " + _MONITOR),
    ("OMD", "disk_drive disk_space=FREE/USED disk_format=PERCENT/GB/MB/KB/B inside_range=TRUE/FALSE lower_boundary "
            "upper_boundary no_change " + _MONITOR),
    ("OMIP", "ip_host ip_port ip_status=RUNNING/STOPPED " + _MONITOR),
    ("OMP", "process_name process_status=RUNNING/STOPPED " + _MONITOR),
    ("OMTF", "text_file_name! text_file_filter! text_file_filter_exists=TRUE/FALSE(TRUE) "
             "text_file_mode=LINE/REGEX/DATETIME lower_boundary upper_boundary time_format time_position "
             "encoding=42(US-ASCII) " + _MONITOR),
    ("OMEL", "win_log_name! win_event_type=ERROR/WARN/INFO/AUDITS/AUDITF win_event_category win_event_source "
             "win_event_computer win_event_datetime win_event_description win_event_id "
             "win_event_op=EQ/GE/GT/LE/LT/NE " + _MONITOR),
    ("OMS", "win_service_name win_service_status " + _MONITOR),
    ("FTP", "ftp_server_name ftp_server_port ftp_transfer_direction=UPLOAD/DOWNLOAD(DOWNLOAD) "
            "ftp_transfer_type=A/B/E(B) ftp_remote_name ftp_local_name ftp_local_user ftp_use_SSL=TRUE/FALSE "
            "ftp_user_type ftp_compression=0..9 ftp_command+ ftp_user ftp_ssl_mode"),
    ("SCP", "scp_transfer_direction scp_server_name scp_server_port(22) scp_remote_dir scp_remote_name scp_local_name "
            "scp_local_user scp_protocol=SCP/SFTP scp_target_os scp_delete_sourcefile scp_delete_sourcedir "
            "scp_create_targetdir scp_rename_sourcefile scp_transfer_mode"),
    ("SQL DBPROC DBTRIG DBMON",
     "connect_string sql_command!SQL sp_name sp_arg+ result_type success_criteria destination_file user_role "
     "dbtype=MSSQL/Oracle/Sybase/DB2 tablename trigger_type=list:DELETE/INSERT/UPDATE trigger_cond "
     "monitor_type=INCREASE/DECREASE/VARIANCE monitor_cond"),
    ("SQLAGENT", "sqlagent_jobname sqlagent_jobid sqlagent_user_name sqlagent_domain_name sqlagent_target_db "
                 "sqlagent_server_name sqlagent_step_name"),
    ("HTTP", "provider_url!HTTP invocation_type j2ee_conn_origin j2ee_conn_domain j2ee_conn_user "
             "j2ee_no_global_proxy_defaults=Y/N j2ee_authentication_order=list:BASIC/DIGEST/NTLM j2ee_proxy_domain "
             "j2ee_proxy_host j2ee_proxy_origin_host j2ee_proxy_port j2ee_proxy_user j2ee_parameter+ compatibility "
             "headers header_filter input_cookies persist_output_cookies persist_output_header persist_output_payload "
             "output_var media_type payload_uri form_parameter results_file results_file_overwrite=bool "
             "success_criteria_regex success_criteria_json success_criteria_xpath success_criteria_value "
             "connection_retry connection_timeout retry_on_failure_count retry_on_failure_delay "
             "retry_on_failure_details preemptive_authentication"),
    ("WSDOC WBSVC",
     "endpoint_URL WSDL_URL service_name port_name wsdl_operation ws_parameter+ ws_global_proxy_defaults=Y/N "
     "ws_proxy_domain ws_proxy_host ws_proxy_origin ws_proxy_port ws_proxy_user ws_conn_domain ws_conn_origin "
     "ws_conn_user ws_authentication_order ws_security job_criteria target_namespace web_parameter web_user one_way "
     "return_class_name return_xml_name return_namespace success_pattern soap_action soap_version"),
    ("ENTYBEAN SESSBEAN POJO JAVARMI",
     "initial_context_factory provider_url bean_name class_name method_name create_name create_method "
     "create_parameter operation_type=CREATE/UPDATE/REMOVE finder_name finder_parameter modify_parameter "
     "j2ee_parameter+ j2ee_user remote_name destination_file"),
    ("JMSPUB JMSSUB", "connection_factory destination_name destination_user use_topic=TRUE/FALSE message_class "
                      "j2ee_parameter+ j2ee_user correlation_id reply_to filter"),
    ("JMXMAG JMXMAS JMXMC JMXMOP JMXMREM JMXSUB",
     "URL mbean_name mbean_attr mbean_operation jmx_parameter+ jmx_user class_name filter_type=Attributes/Types "
     "filter"),
    ("HDFS HIVE OOZIE PIG SQOOP",
     "connectionprofile hadoop_hdfs_type hadoop_hdfs_path+ hadoop_hdfs_source hadoop_hdfs_destination "
     "hadoop_hdfs_overwrite hadoop_hdfs_recursive hadoop_hdfs_skiptrash hadoop_hdfs_create_parentdir "
     "hadoop_hdfs_preserve_status=true/false hadoop_oozie_cfgfile hadoop_pollinterval"),
    ("I5", "i5_action=RUN_PROGRAM/COMMAND/RUN_PROG_IN_FILE(COMMAND) i5_name! i5_lib i5_library_list i5_curr_lib "
           "i5_job_name i5_job_desc i5_job_queue i5_params i5_others i5_lda i5_cc_exit=*SEVERITY/*PROGRAM/*USER "
           "i5_process_priority"),
    ("INFORMATICA",
     "informatica_folder_name informatica_workflow_name informatica_workflow_inst_name informatica_task_name "
     "informatica_target_name informatica_repository_name informatica_security_domain informatica_param_file "
     "informatica_pass_on_success=bool informatica_user"),
    ("MICROFOCUS", "mf_server_address_type=NAME/ADDRESS mf_server mf_jcl_type=CONTENT/REFERENCE mf_jcl_name mf_user "
                   "mf_version=JES2/JES3/VSE os_user"),
    ("OACOPY OASET OASG",
     "request_id oracle_user oracle_resp oracle_appl_name_type=SHORT/DISPLAY oracle_appl_name oracle_program "
     "oracle_program_name_type oracle_req_set oracle_req_set_type oracle_req_name_type oracle_args "
     "oracle_use_arg_def oracle_use_set_defaults_first oracle_quote_in_default oracle_desc oracle_save_output "
     "oracle_printer oracle_print_style oracle_print_copies oracle_output_format oracle_template_name "
     "oracle_template_language oracle_template_territory oracle_oprunit oracle_programdata+ oracle_custom_property "
     "oracle_mon_children oracle_mon_children_delay oracle_notify_users oracle_notify_display_users"),
    ("PS", "ps_process_name ps_process_type ps_server_name ps_run_cntrl_id ps_run_cntrl_args ps_run_control_table "
           "ps_args ps_dest_type ps_dest_format ps_output_dest ps_detail_folder ps_dlist_roles ps_dlist_users "
           "ps_email_address ps_email_address_expanded ps_email_log ps_email_subject ps_email_text "
           "ps_email_web_report ps_operator_id ps_restarts ps_skip_parm_updates=YES/NO ps_time_zone"),
    ("PAPROC PAREQ", "endpoint_URL pa_name pa_path pa_parameter+ pa_monitor_progress=Y/N pa_trace=Y/N"),
    ("PROXY", "remote_target remote_command+ spool_file submit_modifier"),
    ("SAP SAPBDC SAPBWIP SAPBWPC SAPDA SAPEM SAPEVT SAPJC SAPPM",
     "sap_job_name sap_step_parms+ sap_rfc_dest sap_lang sap_client sap_release_option=A/I sap_job_class=A/B/C "
     "sap_job_count sap_step_num sap_target_jobname sap_target_sys sap_mon_child sap_office sap_recipients+ "
     "sap_print_parms sap_success_msg sap_fail_msg sap_info_pack sap_ext_table+ sap_chain_id sap_abap_name "
     "sap_proc_type sap_process_client sap_process_status sap_event_id sap_event_parm sap_is_trigger sap_proc_user "
     "bdc_err_rate bdc_ext_log bdc_proc_rate bdc_system arc_obj_name arc_obj_variant arc_parms"),
    ("SNMPGET SNMPSET",
     "snmp_host port snmp_oid snmp_mib snmp_version=1/2/3 snmp_comm_string snmp_value snmp_auth_protocol=MD5/SHA "
     "snmp_privacy=DES/AES snmp_privacy_user snmp_context_name snmp_context_engine_id snmp_subtree snmp_table_view"),
    ("WOL", "broadcast_address mac_address ping_host ping_ports ping_timeout wake_password"),
    ("ZOS ZOSM ZOSDST",
     "jcl_library jcl_member copy_jcl condition_code+ auth_string zos_jobname search_bw zos_dataset zos_dsn_renamed "
     "zos_dsn_updated zos_explicit_dsn zos_ftp_direction=SEND/RECEIVE zos_ftp_host zos_ftp_userid zos_trigger_by "
     "zos_trigger_on zos_trigger_type=zos_job_name/zos_user_id"),
    (" ".join(sorted(ALL)), "run_external external_app"),
)  # fmt: skip

_PREFIXES: Final = ("hadoop_hive_", "hadoop_pig_", "hadoop_sqoop_")
"""Any word that begins so is an attribute of the Hadoop types."""

MAY_BE_EMPTY: Final = frozenset({"ps_dlist_users"})
"""`name:` without a value is itself a value here."""


def _family(types: str, words: str) -> list[Attribute]:
    return [_family_row(frozenset(types.split()), word) for word in words.split()]


def _family_row(types: frozenset[str], word: str) -> Attribute:
    word, _, default = word.removesuffix(")").partition("(")
    word, _, values = word.partition("=")
    collects = word.endswith("+")
    name, required, only = word.removesuffix("+").partition("!")
    return _row(
        name,
        79,
        types,
        _family_domain(values),
        RAW,
        "kept for the agent of " + " ".join(sorted(types)[:3]) + " jobs",
        length=int(values) if values.isdigit() else 255,
        default=default,
        required=frozenset({only}) if only else types if required else NONE,
        collects=collects,
        acts=False,
    )


def _family_domain(values: str) -> Domain:
    if values == "bool":
        return d.BOOL
    if ".." in values:
        low, _, high = values.partition("..")
        return integer(int(low), int(high))
    if values.startswith("list:"):
        return enums(*values.removeprefix("list:").split("/"))
    return enum(*values.split("/")) if "/" in values else d.TEXT


def _table() -> dict[str, Attribute]:
    """By name in lower case. What two families share belongs to both; its first place counts."""
    table = {each.name: each for each in _ROWS}
    for types, words in _FAMILIES:
        for row in _family(types, words):
            known = table.get(row.name.lower())
            table[row.name.lower()] = row if known is None else _shared(known, row)
    return table


def _shared(first: Attribute, second: Attribute) -> Attribute:
    from dataclasses import replace

    return replace(first, types=first.types | second.types, required=first.required | second.required)


JOB: Final = _table()
"""Attributes of jobs, by name in lower case."""
PLACE: Final = {each.name: (each.order, place) for place, each in enumerate(JOB.values())}
"""Where `autorep -q` prints an attribute."""


def place(name: str) -> tuple[int, int]:
    """Where `autorep -q` prints the attribute of this name."""
    return PLACE.get(name) or PLACE["hadoop_pollinterval"]


# Other objects (jil.md §3.5, §7, §8): what is not a job has no job types. Rows stand in the order of `autorep -q`.

ALWAYS: Final = frozenset({"*"})
"""`required` of an attribute without which no object of its kind is complete."""


def _of_object(
    name: str,
    domain: Domain,
    description: str,
    *,
    quoting: Quoting = BARE,
    default: str = "",
    length: int = 255,
    required: frozenset[str] = NONE,
    collects: bool = False,
) -> Attribute:
    return Attribute(name, 0, NONE, domain, quoting, length, default, required, collects, True, False, description)


def _rows(*rows: Attribute) -> dict[str, Attribute]:
    """By name in lower case."""
    return {row.name.lower(): row for row in rows}


_TEXT = _of_object("description", d.TEXT, "free text", quoting=QUOTED, length=500)
_BLOB_FILE = _of_object("blob_file", d.PATH, "file that holds the text, read when it is given", length=4096)
_BLOB_INPUT = _of_object("blob_input", d.BLOB, "the text itself")

MACHINE_TYPES: Final = ("a", "v", "p", "n", "r", "c", "u", "l", "L", "w")
MACHINE_METHODS: Final = ("roundrobin", "roundrobin_jobload", "cpu_mon", "job_load", "rstatd", "vmstat")
OPERATING_SYSTEMS: Final = ("aix", "hpux", "linux", "solaris", "windows", "openvms", "i5os", "tandem", "zos")
MONITOR_STATUSES: Final = ("running", "success", "failure", "terminated", "suspended", "starting", "restart")
HADOOP: Final = (
    "hadoop_edgenode hadoop_edgenode_port hadoop_binpath hadoop_hdfs_namenode hadoop_oozie_server_url "
    "hadoop_hive_jdbcurl hadoop_hive_driverclass hadoop_sqoop_jdbcurl hadoop_sqoop_driverclass"
).split()

MACHINE: Final = _rows(
    _of_object("type", d.WORD, "what kind of machine", default="a"),
    _of_object("node_name", d.WORD, "its host or address"),
    _of_object("agent_name", d.WORD, "the agent on it", default="WA_AGENT"),
    _of_object("port", integer(1, 65535), "port of the agent", default="7520"),
    _of_object("opsys", enum(*OPERATING_SYSTEMS), "its operating system"),
    _of_object("max_load", d.INT, "units of load it bears"),
    _of_object("factor", d.FACTOR, "its speed beside others", default="1.0"),
    _of_object("encryption_type", enum("NONE", "DEFAULT", "AES"), "how the agent is talked to", default="DEFAULT"),
    _of_object("key_to_agent", d.HEX, "key of AES"),
    _of_object("character_code", enum("ASCII", "EBCDIC", "UTF-8"), "how the agent writes", default="ASCII"),
    _of_object("heartbeat_attempts", d.INT, "tries before it is missing"),
    _of_object("heartbeat_freq", d.INT, "minutes between tries"),
    _of_object("machine_method", enum(*MACHINE_METHODS), "how a member is chosen"),
    _of_object("description", d.TEXT, "free text", length=500),
    _of_object("machine", d.NAME, "a member", length=80, collects=True),
    _of_object("remove_references", d.BOOL, "delete: leave virtual machines too", default="0", quoting=NEVER),
    _of_object("force", d.BOOL, "delete: although jobs name it", default="0", quoting=NEVER),
)

OTHER: Final[dict[str, dict[str, Attribute]]] = {
    "job": JOB,
    "box": {},
    "machine": MACHINE,
    "resource": _rows(
        _of_object("res_type", enum("R", "D", "T"), "renewable, depletable or threshold", required=ALWAYS),
        _of_object("machine", d.NAME, "the machine that has it; none = all of them", length=80),
        _of_object("amount", d.AMOUNT, "units there are; on an update +n and -n too", required=ALWAYS),
        _TEXT,
    ),
    "xinst": _rows(
        _of_object("xtype", enum("a", "c", "e", "u"), "what kind of instance", required=ALWAYS),
        _of_object("xmachine", d.WORD, "its host, or two for high availability", required=ALWAYS),
        _of_object("xport", integer(1, 65535), "its port"),
        _of_object("xcrypt_type", enum("NONE", "DEFAULT", "AES"), "how it is talked to", default="NONE"),
        _of_object("xkey_to_manager", d.HEX, "key of AES"),
        _of_object("xmanager", d.WORD, "the manager there"),
        _of_object("xcomm_alias", d.WORD, "its alias"),
    ),
    "monbro": _rows(
        _of_object("mode", d.MONITOR_MODE, "a monitor or a browser"),
        _of_object("all_events", d.BOOL, "shows every event", default="0"),
        _of_object("alarm", d.BOOL, "shows alarms", default="0"),
        _of_object("all_status", d.BOOL, "shows every change of status", default="0"),
        *(_of_object(status, d.BOOL, f"shows {status.upper()}", default="0") for status in MONITOR_STATUSES),
        _of_object("job_filter", d.JOB_FILTER, "all jobs, a box with its members, or one job", default="a"),
        _of_object("job_name", d.NAME, "that box or job", length=64),
        _of_object("currun", d.BOOL, "shows the current run only", default="0"),
        _of_object("after_time", d.MOMENT, "shows what came after it", quoting=QUOTED),
        _of_object("sound", d.BOOL, "sounds", default="0"),
        _of_object("alarm_verif", d.BOOL, "asks for an answer to alarms", default="0"),
    ),
    "blob": _rows(_of_object("blob_type", d.BLOB_TYPE, "input or output", default="in"), _BLOB_FILE, _BLOB_INPUT),
    "glob": _rows(
        _of_object("blob_mode", enum("text", "binary"), "what it holds", default="text"),
        _of_object("blob_type", enum("emailtemplate"), "what it is for"),
        _BLOB_FILE,
        _BLOB_INPUT,
    ),
    "connectionprofile": _rows(
        _of_object("connectionprofile_type", d.WORD, "what it connects to", required=ALWAYS),
        _TEXT,
        *(_of_object(name, d.TEXT, "of the Hadoop cluster") for name in HADOOP),
        _of_object("force", d.BOOL, "delete: although jobs name it", default="0", quoting=NEVER),
    ),
    "job_type": _rows(
        _of_object("command", d.TEXT, "what runs before a job's own command", quoting=RAW, length=4096), _TEXT
    ),
    "rename": _rows(_of_object("new_name", d.NAME, "what the job is called from now on", length=4096, required=ALWAYS)),
}
"""The keywords of each kind of object, by name in lower case."""


@cache
def names(kind: str) -> tuple[str, ...]:
    """The keywords of a kind of object, as stored."""
    return tuple(each.name for each in OTHER[kind].values())


def find(kind: str, word: str) -> Attribute | None:
    """The attribute that a word, in any case, means for a kind of object."""
    folded = word.lower()
    found = OTHER[kind].get(folded)
    if found is None and kind == "job" and folded.startswith(_PREFIXES):
        return _hadoop(folded)
    return found


@cache
def _hadoop(word: str) -> Attribute:
    return _family_row(frozenset({"HDFS", "HIVE", "OOZIE", "PIG", "SQOOP"}), word)


@cache
def required(job_type: str) -> tuple[Attribute, ...]:
    """What a job of this type cannot do without."""
    return tuple(each for each in JOB.values() if job_type in each.required)


@cache
def required_of(kind: str) -> tuple[Attribute, ...]:
    """What no object of this kind can do without."""
    return tuple(each for each in OTHER[kind].values() if each.required == ALWAYS)
