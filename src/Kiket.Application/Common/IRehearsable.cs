namespace Kiket.Application.Common;

/// <summary>A command that supports dry runs.</summary>
internal interface IRehearsable
{
    /// <summary>Whether to report what would happen without changing anything.</summary>
    bool DryRun { get; }
}
