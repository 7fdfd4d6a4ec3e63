//! What can be said about a folder, in plain words.

use std::fmt;

/// What kind of finding, each with its words and its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A manifest was signed by a key that is not trusted.
    OtherKey,
    /// A signature does not fit what it signs, or is not there.
    SignatureWrong,
    /// A manifest is not the one that was sealed.
    ManifestChanged,
    /// A manifest is not there or cannot be read.
    ManifestMissing,
    /// A call was taken out of the chain.
    CallRemoved,
    /// A call's folder has another name.
    CallRenamed,
    /// The links of the chain are not in their order.
    ChainReordered,
    /// A line of the chain does not say what the signed manifest says, or cannot be read.
    LinkChanged,
    /// The chain ends before its head, or is not there.
    ChainCut,
    /// A file's content is not what was sealed.
    FileChanged,
    /// A file is not there.
    FileMissing,
    /// A file has another name.
    FileRenamed,
    /// A file that no manifest lists.
    FileAdded,
    /// A call, or a part of it, is not sealed.
    NotSealed,
    /// A file is not here but in the place of the copies.
    Elsewhere,
    /// A file was deleted, as a sealed manifest says.
    Deleted,
    /// Nothing of a track came for a while.
    Gap,
    /// The recorder died while it wrote the file.
    Cut,
    /// Nobody has said whose key it is.
    KeyUnknown,
    /// The folder of one call says nothing about the chain.
    Alone,
}

impl Kind {
    /// The exit code; 0 for what is no fault. Of several the lowest is the gravest.
    pub fn code(self) -> u8 {
        match self {
            Self::OtherKey => 10,
            Self::SignatureWrong => 11,
            Self::ManifestChanged => 12,
            Self::ManifestMissing => 13,
            Self::CallRemoved => 20,
            Self::CallRenamed => 21,
            Self::ChainReordered => 22,
            Self::LinkChanged => 23,
            Self::ChainCut => 24,
            Self::FileChanged => 30,
            Self::FileMissing => 31,
            Self::FileRenamed => 32,
            Self::FileAdded => 33,
            Self::NotSealed => 40,
            Self::Elsewhere => 41,
            Self::Deleted | Self::Gap | Self::Cut | Self::KeyUnknown | Self::Alone => 0,
        }
    }

    /// In Chinese and in English.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::OtherKey => ("由另一把密钥签名", "signed by another key"),
            Self::SignatureWrong => ("签名不符或缺失", "the signature does not fit or is missing"),
            Self::ManifestChanged => (
                "清单在封存后被改动",
                "the manifest was changed after it was sealed",
            ),
            Self::ManifestMissing => (
                "清单缺失或无法读取",
                "the manifest is missing or cannot be read",
            ),
            Self::CallRemoved => ("有通话被移出证据链", "a call was removed from the chain"),
            Self::CallRenamed => ("通话文件夹被改名", "the call's folder was renamed"),
            Self::ChainReordered => ("证据链的次序被改动", "the chain is not in its order"),
            Self::LinkChanged => ("证据链中的一行被改动", "a line of the chain was changed"),
            Self::ChainCut => (
                "证据链末尾被截断或缺失",
                "the end of the chain was cut off or is missing",
            ),
            Self::FileChanged => ("文件内容被改动", "the file was changed"),
            Self::FileMissing => ("文件缺失", "the file is missing"),
            Self::FileRenamed => ("文件被改名", "the file was renamed"),
            Self::FileAdded => ("多出清单之外的文件", "a file that no manifest lists"),
            Self::NotSealed => ("尚未封存", "not sealed"),
            Self::Elsewhere => (
                "文件只存于副本处，本次未核验：请取回后再核验",
                "the file is only where its copy is and was not checked: fetch it and verify again",
            ),
            Self::Deleted => (
                "已按保存期限删除，删除已封存",
                "deleted by a rule, and the deletion was sealed",
            ),
            Self::Gap => ("此间没有内容", "nothing came here"),
            Self::Cut => (
                "录制进程中途终止，或磁盘未能写下全部内容：文件最后至多缺一秒",
                "the recorder died here, or the disk did not take it all: up to the last second of the file is missing",
            ),
            Self::KeyUnknown => (
                "未指定公钥：只证明与文件夹自带的密钥一致，未证明密钥属于谁",
                "no public key was given: all this fits the key that the folder itself names, whoever has it",
            ),
            Self::Alone => (
                "只有一个通话的文件夹：未核对证据链",
                "the folder of one call alone: its place in the chain was not checked",
            ),
        }
    }
}

/// One finding: what, where, and the values that show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// Where: a path below the folder, or a link of the chain.
    pub place: String,
    /// Found and expected values, times, names.
    pub detail: String,
}

impl Finding {
    pub(super) fn new(kind: Kind, place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            place: place.into(),
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.kind.code() {
            0 => "note 说明",
            _ => "FAULT 异常",
        };
        let (zh, en) = self.kind.words();
        write!(f, "{mark}  {}\n    {zh}\n    {en}", self.place)?;
        match self.detail.is_empty() {
            true => Ok(()),
            false => write!(f, "\n    {}", self.detail),
        }
    }
}
