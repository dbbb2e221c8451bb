namespace Kiket.Application.Common;

/// <summary>A command that can say what it would do without doing it.</summary>
internal interface IRehearsable
{
    /// <summary>Whether to report what would happen without changing anything.</summary>
    bool DryRun { get; }
}
