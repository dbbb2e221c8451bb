namespace Kiket.Application.Common;

/// <summary>An answer about a single thing; its version is the <c>ETag</c>.</summary>
internal interface IVersioned
{
    int Version { get; }
}
