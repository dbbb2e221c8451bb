namespace Kiket.Application.Common;

/// <summary>A response with a single resource; its version is the <c>ETag</c>.</summary>
internal interface IVersioned
{
    int Version { get; }
}
