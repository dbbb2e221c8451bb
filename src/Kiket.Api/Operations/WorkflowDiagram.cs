using System.Globalization;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;

namespace Kiket.Api.Operations;

/// <summary>
/// Where the states and transitions of a workflow stand in a picture: states in layers from left to right, by their distance
/// from the initial one; transitions that go back, or past a layer, as arcs below or above.
/// </summary>
internal sealed class WorkflowDiagram
{
    public const int NodeWidth = 140;
    public const int NodeHeight = 52;

    /// <summary>A larger workflow is clearer as a table.</summary>
    private const int MaxStates = 40;

    private const int Margin = 24;
    private const int LayerGap = 120;
    private const int RowGap = 48;
    private const int MaxLabelLength = 18;

    private readonly Dictionary<StateKey, Node> nodes = [];
    private readonly List<Edge> edges = [];

    private WorkflowDiagram() { }

    public IEnumerable<Node> Nodes => nodes.Values;

    public IReadOnlyList<Edge> Edges => edges;

    public int Width { get; private init; }

    public int Height { get; private init; }

    /// <returns>The picture, or null when the workflow is too large for one.</returns>
    public static WorkflowDiagram? Of(WorkflowDto workflow, WorkflowUseDto use)
    {
        if (workflow.States.Count > MaxStates)
            return null;
        var layers = LayersOf(workflow);
        var rows = layers.Max(layer => layer.Count);
        var layerOf = layers.SelectMany((layer, n) => layer.Select(state => (state.Key, n))).ToDictionary(s => s.Key, s => s.n);
        List<int> spans = [.. workflow.Transitions.Select(t => layerOf[t.To] - layerOf[t.From])];
        var (above, below) = (spans.Where(s => s > 1).DefaultIfEmpty(0).Max(), -spans.Where(s => s < 0).DefaultIfEmpty(0).Min());
        var (top, bottom) = (Margin + (above > 0 ? Arc(above) * 3 / 4 : 0), Margin + (below > 0 ? Arc(below) * 3 / 4 : 0));
        var space = HeightOf(rows);
        var diagram = new WorkflowDiagram
        {
            Width = 2 * Margin + layers.Count * NodeWidth + (layers.Count - 1) * LayerGap,
            Height = top + space + bottom,
        };
        for (var layer = 0; layer < layers.Count; layer++)
        {
            var first = top + (space - HeightOf(layers[layer].Count)) / 2;
            for (var row = 0; row < layers[layer].Count; row++)
            {
                var state = layers[layer][row];
                diagram.nodes[state.Key] = new(
                    Margin + layer * (NodeWidth + LayerGap),
                    first + row * (NodeHeight + RowGap),
                    layer,
                    Short(state.Label),
                    Wording.Number(use.Issues.GetValueOrDefault(state.Key)),
                    WireName.Of(state.Category)
                );
            }
        }

        var most = Math.Max(1, use.Moves.Values.DefaultIfEmpty(0).Max());
        foreach (var transition in workflow.Transitions)
        {
            var taken = use.Moves.GetValueOrDefault((transition.From, transition.To));
            var name = Short(transition.Name ?? transition.To.Value);
            diagram.Connect(
                diagram.nodes[transition.From],
                diagram.nodes[transition.To],
                taken > 0 ? $"{name} · {Wording.Number(taken)}" : name,
                Math.Round(1 + 3.0 * taken / most, 1)
            );
        }

        return diagram;
    }

    /// <summary>The states by their distance from the initial one along transitions that go on; others come last.</summary>
    private static List<List<StateDto>> LayersOf(WorkflowDto workflow)
    {
        var order = workflow.States.Select((state, index) => (state.Key, index)).ToDictionary(s => s.Key, s => s.index);
        var distance = new Dictionary<StateKey, int> { [workflow.InitialState] = 0 };
        var open = new Queue<StateKey>([workflow.InitialState]);
        while (open.TryDequeue(out var from))
        {
            foreach (var next in workflow.Transitions.Where(t => t.From == from && order[t.To] > order[from]).Select(t => t.To))
            {
                if (distance.TryAdd(next, distance[from] + 1))
                    open.Enqueue(next);
            }
        }

        var last = distance.Values.Max() + 1;
        return
        [
            .. workflow
                .States.GroupBy(state => distance.GetValueOrDefault(state.Key, last))
                .OrderBy(layer => layer.Key)
                .Select(layer => layer.ToList()),
        ];
    }

    private void Connect(Node from, Node to, string label, double width)
    {
        var span = to.Layer - from.Layer;
        if (span == 1)
            Add(new(from.Right, from.Middle), new(from.Right + 50, from.Middle), new(to.X - 50, to.Middle), new(to.X, to.Middle));
        else if (span == 0)
            Add(
                new(from.Right, from.Middle),
                new(from.Right + 60, from.Middle),
                new(to.Right + 60, to.Middle + (from == to ? 24 : 0)),
                new(to.Right, to.Middle + (from == to ? 16 : 0))
            );
        else if (span > 1)
            Add(
                new(from.Center + 20, from.Y),
                new(from.Center + 60, from.Y - Arc(span)),
                new(to.Center - 60, to.Y - Arc(span)),
                new(to.Center - 20, to.Y)
            );
        else
            Add(
                new(from.Center - 20, from.Bottom),
                new(from.Center - 60, from.Bottom + Arc(-span)),
                new(to.Center + 60, to.Bottom + Arc(-span)),
                new(to.Center + 20, to.Bottom)
            );

        void Add(Point begin, Point first, Point second, Point end)
        {
            var middle = new Point(Halfway(begin.X, first.X, second.X, end.X), Halfway(begin.Y, first.Y, second.Y, end.Y));
            var path = string.Create(
                CultureInfo.InvariantCulture,
                $"M{begin.X} {begin.Y}C{first.X} {first.Y} {second.X} {second.Y} {end.X} {end.Y}"
            );
            edges.Add(new(path, middle.X, middle.Y - 5, label, width, span < 0));
        }
    }

    private static int HeightOf(int rows) => rows * NodeHeight + (rows - 1) * RowGap;

    /// <summary>How far an arc over some layers leads away from them.</summary>
    private static int Arc(int span) => 32 + 22 * Math.Max(span, 1);

    /// <summary>The middle of a cubic Bézier curve.</summary>
    private static int Halfway(int begin, int first, int second, int end) => (begin + 3 * first + 3 * second + end) / 8;

    private static string Short(string text) => text.Length <= MaxLabelLength ? text : text[..(MaxLabelLength - 1)] + "…";

    private readonly record struct Point(int X, int Y);

    /// <param name="Tone">The category of the state, which chooses the colour.</param>
    internal sealed record Node(int X, int Y, int Layer, string Label, string Count, string Tone)
    {
        public int Right => X + NodeWidth;

        public int Center => X + NodeWidth / 2;

        public int Middle => Y + NodeHeight / 2;

        public int Bottom => Y + NodeHeight;
    }

    /// <param name="Width">From 1 for a transition that was never taken to 4 for the one taken most often.</param>
    internal sealed record Edge(string Path, int LabelX, int LabelY, string Label, double Width, bool IsBack);
}
